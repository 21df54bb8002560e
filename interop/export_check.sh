#!/bin/sh
# Exports an encoder both ways and opens both exports in Python.
#
#   [PYTHON=python3] interop/export_check.sh [WEIGHTS]
#
# WEIGHTS: anything that endossl export takes; without it the small ViT-MSN of the tests, whose outputs in
# transformers are known. Python needs tensorflow-cpu 2.18, torch, transformers and safetensors; what is not
# there is skipped and said so. Exits 1 when a check fails.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
python=${PYTHON:-python3}
weights=${1:-$here/../msn-model/src/test/resources/org/endossl/model/vit_msn_tiny}
if ! command -v "$python" >/dev/null 2>&1; then
  echo "skipped: no $python; set PYTHON to a Python 3 with tensorflow-cpu 2.18, torch and transformers"
  exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$here/../endossl" export --weights "$weights" --format hugging-face --out "$work/hugging-face"
"$here/../endossl" export --weights "$weights" --format savedmodel --image-scale 0..1 --out "$work/savedmodel"
original=
if [ -f "$weights/config.json" ] && [ -f "$weights/model.safetensors" ]; then
  original=$weights
fi
"$python" "$here/export_check.py" "$work/hugging-face" "$work/savedmodel" ${original:+"$original"}
