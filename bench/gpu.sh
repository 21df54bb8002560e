#!/bin/sh
# Everything that docs/gpu.md measures, with one command on a machine with one or more NVIDIA GPUs.
#
#   [MSN=<clone of facebookresearch/msn>] [PYTHON=python3] [DATA=<records>] [ENDOSSL_PROFILE=gpu-redist] bench/gpu.sh OUT
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
cards=$(nvidia-smi --query-gpu=name --format=csv,noheader | wc -l)
nvidia-smi topo -m >"$out/topology.txt" 2>&1 || true
"$endossl" doctor >"$out/doctor.txt" 2>&1 || { cat "$out/doctor.txt"; exit 4; }
cat "$out/doctor.txt"

# run NAME COMMAND...: its output in OUT/NAME.txt; a failure is said and the others go on.
run() {
  name=$1
  shift
  echo "== $name"
  if "$@" >"$out/$name.txt" 2>&1; then
    cat "$out/$name.txt"
  else
    mv "$out/$name.txt" "$out/$name.failed"
    tail -n 5 "$out/$name.failed"
    echo "failed: $out/$name.failed"
  fi
}

# The peer script is written for the CPU; its tensors and modules go to the card by PyTorch's default device.
torch_step() {
  PYTHONPATH=$MSN "${PYTHON:-python3}" - "$here/torch_msn_step.py" "$@" <<'P'
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
}

for model in small base large; do
  case $model in
    small) batch=128 floats=21700000 variables=150 ;;
    base) batch=64 floats=86000000 variables=150 ;;
    *) batch=32 floats=303000000 variables=294 ;;
  esac
  for xla in off on; do
    run "step-$model-xla-$xla" "$endossl" bench step --device gpu --model $model --batch $batch --bf16 --xla $xla --steps 30 \
      --json "$out/step-$model-xla-$xla.json"
    run "ema-$model-xla-$xla" "$endossl" bench ema --device gpu --floats $floats --variables $variables --xla $xla \
      --json "$out/ema-$model-xla-$xla.json"
  done
  if [ "$cards" -gt 1 ]; then
    run "step-$model-$cards-gpus" "$endossl" bench step --device gpu --devices "$cards" --model $model --batch $((batch * cards)) --bf16 \
      --steps 30 --json "$out/step-$model-$cards-gpus.json"
  fi
  if [ -n "${MSN-}" ]; then
    run "torch-$model" torch_step --model "deit_$model" --batch $batch --steps 30 --bf16
  else
    echo "PyTorch: left out, MSN is not set" | tee "$out/torch-$model.txt"
  fi
done
run step-small-focal "$endossl" bench step --device gpu --model small --batch 32 --focal 10 --bf16 --steps 30 --json "$out/step-small-focal.json"
if [ -n "${DATA-}" ]; then # with reading, decoding and views, the next batch copied while a step runs
  run step-small-data "$endossl" bench step --device gpu --model small --batch 128 --bf16 --steps 30 --data "$DATA" \
    --json "$out/step-small-data.json"
else
  echo "real input: left out, DATA is not set" | tee "$out/step-small-data.txt"
fi
run ema-cpu "$endossl" bench ema --device cpu --json "$out/ema-cpu.json"

echo "== summary"
cat "$out/card.txt"
grep -H "images per second\|matrix products\|share of that\|peak memory\|waiting" "$out"/step-*.txt || true
grep -H "composite" "$out"/ema-*.txt || true
grep -H "images/s" "$out"/torch-*.txt || true
if ls "$out"/*.failed >/dev/null 2>&1; then
  echo "failed:" "$out"/*.failed
  exit 1
fi
