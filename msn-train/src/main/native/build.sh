#!/bin/sh
# Rebuilds the EMA op and the triad that it is measured by for every platform: `./mvnw -Pnative -N generate-resources`.
# Needs Python with ziglang 0.13.0 (`pip install ziglang==0.13.0`), a C cross compiler; no TensorFlow:
# an empty stand-in gives the linker the name libtensorflow_framework.so.2 and the symbols.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
pool=$here/../../../../msn-model/src/main/native # one pool for both libraries
out=$here/../resources/native
python=${PYTHON:-python3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
grep -ohE '\bTF_[A-Za-z_]+\(' "$here"/*.c | sort -u | sed 's/($//; s/.*/void &(void) {}/' > "$work/stand_in.c"
for platform in x86_64:x86_64_v2 aarch64:generic; do
  arch=${platform%%:*} cpu=${platform##*:}
  target=$arch-linux-gnu.2.17 # glibc of CentOS 7: runs wherever TensorFlow's own library runs
  "$python" -m ziglang cc -target "$target" -shared -fPIC \
    -Wl,-soname,libtensorflow_framework.so.2 -o "$work/libtensorflow_framework.so.2" "$work/stand_in.c"
  mkdir -p "$out/linux-$arch"
  "$python" -m ziglang cc -target "$target" -mcpu="$cpu" -std=gnu11 -O3 -Wall -Wextra -Werror -fPIC \
    -ffp-contract=off -fvisibility=hidden -shared -s -o "$out/linux-$arch/libmsn_ops.so" \
    -I"$pool" "$here/msn_ops.c" "$here/triad.c" "$pool/pool.c" "$work/libtensorflow_framework.so.2" -lpthread
done
(cd "$out" && sha256sum linux-*/libmsn_ops.so > SHA256SUMS && cat SHA256SUMS)
