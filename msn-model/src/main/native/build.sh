#!/bin/sh
# Rebuilds the fused ops for every platform: `./mvnw -Pnative -N generate-resources`.
# Needs Python with ziglang 0.13.0 (`pip install ziglang==0.13.0`), a C cross compiler; no TensorFlow:
# an empty stand-in gives the linker the name libtensorflow_framework.so.2 and the symbols.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=$here/../resources/native
python=${PYTHON:-python3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
grep -ohE '\bTF_[A-Za-z_]+\(' "$here"/*.c | sort -u | sed 's/($//; s/.*/void &(void) {}/' > "$work/stand_in.c"
flags="-std=gnu11 -O3 -Wall -Wextra -Werror -fPIC -fvisibility=hidden -fno-math-errno -fno-trapping-math -ffp-contract=fast"
for arch in x86_64 aarch64; do
  target=$arch-linux-gnu.2.17 # glibc of CentOS 7: runs wherever TensorFlow's own library runs
  cc="$python -m ziglang cc -target $target"
  $cc -shared -fPIC -Wl,-soname,libtensorflow_framework.so.2 -o "$work/libtensorflow_framework.so.2" "$work/stand_in.c"
  case $arch in
    x86_64) base=x86_64_v2 variants="avx512:x86_64_v4:16:4:14 avx2:x86_64_v3:8:2:6 sse:x86_64_v2:4:2:6" ;;
    *) base=generic variants="plain:generic:4:4:12" ;;
  esac
  objects=
  for variant in $variants; do
    IFS=: read -r name cpu vw nv rows <<EOF
$variant
EOF
    wide=; [ "$name" != avx512 ] || wide=-mprefer-vector-width=512
    # shellcheck disable=SC2086
    $cc -mcpu="$cpu" $flags $wide -DVARIANT="$name" -DVW="$vw" -c -o "$work/$arch-$name.o" "$here/kernels.c"
    # shellcheck disable=SC2086
    $cc -mcpu="$cpu" $flags $wide -DVARIANT="$name" -DVW="$vw" -DNV="$nv" -c -o "$work/$arch-attention-$name.o" "$here/attention.c"
    # shellcheck disable=SC2086
    $cc -mcpu="$cpu" $flags $wide -DVARIANT="$name" -DVW="$vw" -DPRODUCT_ROWS="$rows" -c -o "$work/$arch-product-$name.o" \
      "$here/product.c"
    # shellcheck disable=SC2086
    $cc -mcpu="$cpu" $flags $wide -DVARIANT="$name" -DVW="$vw" -c -o "$work/$arch-few-$name.o" "$here/product_few.c"
    # shellcheck disable=SC2086
    $cc -mcpu="$cpu" $flags $wide -DVARIANT="$name" -DVW="$vw" -c -o "$work/$arch-class-$name.o" "$here/class_attention.c"
    objects="$objects $work/$arch-$name.o $work/$arch-attention-$name.o $work/$arch-product-$name.o $work/$arch-few-$name.o"
    objects="$objects $work/$arch-class-$name.o"
  done
  if [ $arch = x86_64 ]; then
    for kernels in product_amx product_bf16 attention_amx attention_gradient_amx; do
      # shellcheck disable=SC2086
      $cc -mcpu=x86_64_v4+amx_tile+amx_bf16+avx512bf16 $flags -mprefer-vector-width=512 -c -o "$work/$kernels.o" "$here/$kernels.c"
      objects="$objects $work/$kernels.o"
    done
    # shellcheck disable=SC2086
    $cc -mcpu=x86_64_v4+avx512bf16 $flags -mprefer-vector-width=512 -c -o "$work/rows-bf16.o" "$here/rows_bf16.c"
    objects="$objects $work/rows-bf16.o"
  fi
  mkdir -p "$out/linux-$arch"
  # shellcheck disable=SC2086
  $cc -mcpu="$base" $flags -shared -s -o "$out/linux-$arch/libendossl_ops.so" "$here/call.c" "$here/choice.c" "$here"/*_ops.c \
    "$here/shapes.c" "$here/register.c" "$here/pool.c" $objects "$work/libtensorflow_framework.so.2" -lpthread -lm
done
(cd "$out" && sha256sum linux-*/libendossl_ops.so > ENDOSSL_OPS.SHA256SUMS && cat ENDOSSL_OPS.SHA256SUMS)
