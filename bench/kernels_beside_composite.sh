#!/bin/sh
# 200 steps of pre-training with the native kernels and by TensorFlow's own ops, in float32 and bfloat16, on generated records; draws the
# four losses and tells the largest difference.
#
#   bench/kernels_beside_composite.sh OUT [--set a.b=c ...]
#
# Views of two sizes in one matrix (96 and 48 pixels), dropped patches, BatchNorm in the head, as the recipes have them; narrower than ViT-S.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:?where to write}
shift
mkdir -p "$out"
[ -d "$out/data" ] || "$here/../endossl" synthetic --out "$out/data" --videos 10 --frames 60
run() { # NAME, options
  name=$1
  shift
  rm -rf "${out:?}/$name"
  "$here/../endossl" pretrain --config "$here/../configs/pretrain/demo.yaml" --out "$out/$name" \
    --set data.records="$out/data" --set data.part=all \
    --set views.rand_size=96 --set views.focal_size=48 --set views.focal_views=4 --set masking.patch_drop=0.3 \
    --set encoder.image_size=96 --set encoder.patch_size=16 --set encoder.width=192 --set encoder.depth=6 --set encoder.heads=3 \
    --set optimization.batch_size=16 --set optimization.epochs=10 --set run.max_steps=200 --set logs.tensorboard=false "$@" \
    >/dev/null 2>"$out/$name.log" || { cat "$out/$name.log" >&2; exit 4; }
}
for precision in float32 bfloat16; do
  for kernels in native composite; do
    run "$kernels-$precision" --set compute.kernels=$kernels --set compute.precision=$precision "$@"
  done
done
java -Djava.awt.headless=true -cp "$(cat "$here/../target/run/classpath.cpu")" "$here/LossCurves.java" "$out/kernels.png" loss \
  "native, float32=$out/native-float32" "composite, float32=$out/composite-float32" \
  "native, bfloat16=$out/native-bfloat16" "composite, bfloat16=$out/composite-bfloat16"
