#!/bin/sh
# Decoding 854x480 PNGs and drawing MSN's views here beside tf.data from Python and torchvision: the same generated frames,
# in turn, with nothing else running.
#
#   [PYTHON=python3] [TORCH_PYTHON=python3] [ROUNDS=2] bench/views_beside_python.sh [--focal 10] [--workers 2] [--batches 34] [--data FOLDER]
#
# An epoch of the generated frames has 36 batches. --data names a folder that is made on the first call and used again.
# PYTHON needs tensorflow-cpu, TORCH_PYTHON torch, torchvision and pillow (see views_peer.py).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
python=${PYTHON:-python3} torch=${TORCH_PYTHON:-python3} rounds=${ROUNDS:-2} data= focal=10 workers=2 batches=34
while [ $# -gt 0 ]; do
  case $1 in
    --focal) focal=$2; shift ;;
    --workers) workers=$2; shift ;;
    --batches) batches=$2; shift ;;
    --data) data=$2; shift ;;
    *) echo "views_beside_python: unknown option $1; wanted --focal, --workers, --batches or --data" >&2; exit 2 ;;
  esac
  shift
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
data=${data:-$work/data}
if [ ! -d "$data/frames" ]; then
  {
    "$here/../endossl" synthetic --out "$data/records" --videos 2 --frames 120 --size 854x480 &&
      "$here/../endossl" convert --layout records --input "$data/records" --out "$data/frames"
  } >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 4; }
fi
round=0
while [ $round -lt "$rounds" ]; do
  round=$((round + 1))
  echo "round $round  endossl      $("$here/../endossl" bench input --data "$data/records" --focal "$focal" --workers "$workers" --batches "$batches" 2>"$work/log" || cat "$work/log")"
  echo "round $round  tf.data      $("$python" "$here/views_peer.py" tf --frames "$data/frames" --focal "$focal" --workers "$workers" --batches "$batches" 2>"$work/log" || cat "$work/log")"
  echo "round $round  torchvision  $("$torch" "$here/views_peer.py" torchvision --frames "$data/frames" --focal "$focal" --workers "$workers" --batches "$batches" 2>"$work/log" || cat "$work/log")"
done
