#!/bin/sh
# Features of 10,000 generated frames (384 values each), computed once and kept, then asked for again by the same command:
# seconds of the whole command both times, and how fast the kept files are read beside their bytes alone and beside the disk.
# The encoder is one block of width 384 on 64 pixels, as its own speed is not the question.
# usage: bench/cached_features.sh      needs GNU time
set -eu
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
./endossl --version
./endossl synthetic --out "$work/data" --videos 80 --frames 125 --size 96x54 >/dev/null 2>&1
sed -e 's/^encoder:.*/encoder: {image_size: 64, patch_size: 16, width: 384, depth: 1, heads: 6, mlp_ratio: 4, layer_norm_eps: 1e-6, drop_path: 0.0}/' \
  configs/pretrain/demo.yaml >"$work/encoder.yaml"
for run in first second third; do
  /usr/bin/time -f "$run: %e s, the whole command" ./endossl features --weights "random:$work/encoder.yaml:0" \
    --records "$work/data" --cache "$work/cache" --out "$work/features" >/dev/null 2>"$work/err" || { cat "$work/err"; exit 4; }
  tail -n 1 "$work/err"
done
./endossl bench features --cached "$work/features" --steps 22
echo "the disk, past the page cache:"
sync "$work/features/features.npy"
dd if="$work/features/features.npy" of=/dev/null bs=1M iflag=direct 2>&1 | tail -n 1
