#!/bin/sh
# Features of a ViT here beside transformers on PyTorch and beside ONNX Runtime: the same weights and images, in turn,
# with nothing else running.
#
#   [PYTHON=python3] [ROUNDS=3] bench/features_beside_hugging_face.sh [--model small] [--batch 32] [--steps 10] [--threads 2] [--bf16]
#
# PYTHON needs torch, transformers, onnx and onnxruntime (see features_peer.py). Prints every run, then the best of each
# and the ratio to the better peer. ONNX Runtime has no bf16 on CPU: with --bf16 its figure is fp32.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
python=${PYTHON:-python3} rounds=${ROUNDS:-3}
model=small batch=32 steps=10 threads=2 bf16= precision=fp32
while [ $# -gt 0 ]; do
  case $1 in
    --model) model=$2; shift ;;
    --batch) batch=$2; shift ;;
    --steps) steps=$2; shift ;;
    --threads) threads=$2; shift ;;
    --bf16) bf16=--bf16 precision=bf16 ;;
    *) echo "features_beside_hugging_face: unknown option $1; wanted --model, --batch, --steps, --threads or --bf16" >&2; exit 2 ;;
  esac
  shift
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$python" "$here/features_peer.py" make --model "$model" --out "$work/weights" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 4; }
rate() { sed -n 's/^\([0-9.]*\) images\/s.*/\1/p' "$1"; }
round=0
while [ $round -lt "$rounds" ]; do
  round=$((round + 1))
  "$here/../endossl" bench features --weights "$work/weights" --batch "$batch" --steps "$steps" --threads "$threads" --precision $precision \
    >"$work/ours" 2>"$work/log" || { cat "$work/log" >&2; exit 4; }
  ours=$(sed -n 's/^images per second *\([0-9.]*\).*/\1/p' "$work/ours")
  echo "round $round  endossl  $ours images/s  $(sed '1d' "$work/ours" | tr '\n' ' ' | tr -s ' ')"
  # shellcheck disable=SC2086 # bf16 is one option or none
  "$python" "$here/features_peer.py" torch --weights "$work/weights" --batch "$batch" --steps "$steps" --threads "$threads" $bf16 \
    >"$work/torch" 2>"$work/log" || { cat "$work/log" >&2; exit 4; }
  echo "round $round  torch    $(cat "$work/torch")"
  "$python" "$here/features_peer.py" onnx --weights "$work/weights" --batch "$batch" --steps "$steps" --threads "$threads" \
    >"$work/onnx" 2>"$work/log" || { cat "$work/log" >&2; exit 4; }
  echo "round $round  onnx     $(cat "$work/onnx")"
  printf '%s %s %s\n' "$ours" "$(rate "$work/torch")" "$(rate "$work/onnx")" >>"$work/all"
done
awk -v model="$model" -v precision=$precision '{ if ($1 > a) a = $1; if ($2 > b) b = $2; if ($3 > c) c = $3 }
  END { printf "best, ViT %s, %s: endossl %.2f, torch %.2f, onnxruntime %.2f images/s; %.2f times the better\n", model, precision, a, b, c, a / (b > c ? b : c) }' "$work/all"
