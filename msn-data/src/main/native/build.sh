#!/bin/sh
# Rebuilds the ops of the input for every platform: `./mvnw -Pnative -N generate-resources`.
# Needs Python with ziglang 0.13.0 (`pip install ziglang==0.13.0`), a C cross compiler, and LIBDEFLATE, a folder with the
# source of libdeflate 1.26 (github.com/ebiggers/libdeflate; MIT), of which the files named in LIBDEFLATE.SHA256SUMS are used.
# No TensorFlow: an empty stand-in gives the linker the name libtensorflow_framework.so.2 and the symbols.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
model=$here/../../../../msn-model/src/main/native # tf_c.h, cpu.h
out=$here/../resources/native
python=${PYTHON:-python3}
deflate=${LIBDEFLATE:?wanted the folder of libdeflate 1.26}
(cd "$deflate" && sha256sum --quiet --strict -c "$here/LIBDEFLATE.SHA256SUMS")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
grep -ohE '\bTF_[A-Za-z_0-9]+\(' "$here"/*.c | sort -u | sed 's/($//; s/.*/void &(void) {}/' > "$work/stand_in.c"
common="-O3 -fPIC -fvisibility=hidden -DLIBDEFLATE_ASSEMBLER_DOES_NOT_SUPPORT_SHA3" # zig cannot build that form of a checksum
flags="-std=gnu11 $common -Wall -Wextra -Werror -Wno-psabi -fno-math-errno -fno-trapping-math -ffp-contract=off"
for arch in x86_64 aarch64; do
  target=$arch-linux-gnu.2.17 # glibc of CentOS 7: runs wherever TensorFlow's own library runs
  cc="$python -m ziglang cc -target $target"
  $cc -shared -fPIC -Wl,-soname,libtensorflow_framework.so.2 -o "$work/libtensorflow_framework.so.2" "$work/stand_in.c"
  case $arch in
    x86_64) base=x86_64_v2 family=x86 variants="avx512:x86_64_v4 avx2:x86_64_v3 sse:x86_64_v2" ;;
    *) base=generic family=arm variants="plain:generic" ;;
  esac
  objects=
  for variant in $variants; do
    name=${variant%%:*} cpu=${variant##*:} wide=
    [ "$name" != avx512 ] || wide=-mprefer-vector-width=512
    # shellcheck disable=SC2086
    $cc -mcpu="$cpu" $flags $wide -DVARIANT="$name" -c -o "$work/$arch-$name.o" "$here/view.c"
    objects="$objects $work/$arch-$name.o"
  done
  for part in deflate_decompress zlib_decompress adler32 crc32 utils "$family/cpu_features"; do
    object=$work/$arch-$(basename "$part").o
    # shellcheck disable=SC2086
    $cc -mcpu="$base" $common -I"$deflate" -c -o "$object" "$deflate/lib/$part.c"
    objects="$objects $object"
  done
  mkdir -p "$out/linux-$arch"
  # shellcheck disable=SC2086
  $cc -mcpu="$base" $flags -I"$deflate" -I"$model" -shared -s -o "$out/linux-$arch/libendossl_views.so" "$here/ops.c" "$here/png.c" "$here/room.c" \
    $objects "$work/libtensorflow_framework.so.2" -lm -lpthread
done
(cd "$out" && sha256sum linux-*/libendossl_views.so > ENDOSSL_VIEWS.SHA256SUMS && cat ENDOSSL_VIEWS.SHA256SUMS)
