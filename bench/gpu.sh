#!/bin/sh
# Everything that docs/gpu.md measures, with one command on a machine with an NVIDIA GPU.
#
#   [MSN=<clone of facebookresearch/msn>] [PYTHON=python3] [ENDOSSL_PROFILE=gpu-redist] bench/gpu.sh OUT
#
# Writes OUT/*.json and OUT/*.txt and prints a summary. Exit code 4 if the machine cannot do it.
set -eu
[ $# -eq 1 ] || { echo "usage: bench/gpu.sh OUT" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
out=$1
mkdir -p "$out"
ENDOSSL_PROFILE=${ENDOSSL_PROFILE:-gpu-redist}
export ENDOSSL_PROFILE
endossl=$here/../endossl
nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv >"$out/card.txt" 2>&1 ||
  { cat "$out/card.txt" >&2; echo "gpu: nvidia-smi does not run here; install the NVIDIA driver (525 or newer)" >&2; exit 4; }
"$endossl" doctor | tee "$out/doctor.txt"
for model in small base large; do
  case $model in
    small) batch=128 ;;
    base) batch=64 ;;
    *) batch=32 ;;
  esac
  for xla in off on; do
    echo "ViT $model, batch $batch, bf16, XLA $xla"
    "$endossl" bench step --device gpu --model "$model" --batch "$batch" --bf16 --xla $xla --steps 30 \
      --json "$out/step-$model-xla-$xla.json" | tee "$out/step-$model-xla-$xla.txt" || echo "failed: see above" | tee "$out/step-$model-xla-$xla.failed"
  done
  if [ -n "${MSN-}" ]; then
    # The peer script is written for the CPU; its tensors and modules go to the card by PyTorch's default device.
    PYTHONPATH=$MSN "${PYTHON:-python3}" - "$here/torch_msn_step.py" --model "deit_$model" --batch "$batch" --steps 30 --bf16 <<'P' | tee "$out/torch-$model.txt"
import runpy, sys, time, torch
torch.set_default_device("cuda")
autocast = torch.autocast
torch.autocast = lambda device, **options: autocast("cuda", **options)
clock = time.perf_counter
def synchronised():
    torch.cuda.synchronize()
    return clock()
time.perf_counter = synchronised
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
P
  else
    echo "PyTorch: left out, MSN is not set" | tee "$out/torch-$model.txt"
  fi
done
"$endossl" bench ema --json "$out/ema.json" | tee "$out/ema.txt"
grep -H "images per second\|matrix products" "$out"/step-*.txt
