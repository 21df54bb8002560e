#!/bin/sh
# One MSN training step here beside facebookresearch/msn on PyTorch, in turn, with nothing else running.
#
#   MSN=<clone of facebookresearch/msn> [PYTHON=python3] [ROUNDS=3] bench/step_beside_torch.sh [--model small] [--batch 8] [--focal 0] [--steps 8] [--bf16]
#
# PyTorch must be installed for PYTHON. Prints every run, then the best of each side and their ratio, and the least of the peak memories.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
: "${MSN:?set MSN to a clone of facebookresearch/msn}"
python=${PYTHON:-python3} rounds=${ROUNDS:-3}
model=small batch=8 focal=0 steps=8 bf16=
while [ $# -gt 0 ]; do
  case $1 in
    --model) model=$2; shift ;;
    --batch) batch=$2; shift ;;
    --focal) focal=$2; shift ;;
    --bf16) bf16=--bf16 ;;
    --steps) steps=$2; shift ;;
    *) echo "step_beside_torch: unknown option $1; wanted --model, --batch, --focal, --steps or --bf16" >&2; exit 2 ;;
  esac
  shift
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
round=0
while [ $round -lt "$rounds" ]; do
  round=$((round + 1))
  # shellcheck disable=SC2086 # bf16 is one option or none
  "$here/../endossl" bench step --model "$model" --batch "$batch" --focal "$focal" --steps "$steps" $bf16 >"$work/ours" 2>"$work/log" || { cat "$work/log" >&2; exit 4; }
  ours=$(sed -n 's/^images per second *\([0-9.]*\).*/\1/p' "$work/ours")
  echo "round $round  endossl  $ours images/s  $(tr '\n' ' ' <"$work/ours" | tr -s ' ' | cut -c1-400)"
  # shellcheck disable=SC2086
  theirs_line=$(PYTHONPATH=$MSN "$python" "$here/torch_msn_step.py" --model "deit_$model" --batch "$batch" --focal "$focal" --steps "$steps" $bf16 2>"$work/log") || { cat "$work/log" >&2; exit 4; }
  theirs=$(printf '%s\n' "$theirs_line" | sed -n 's/.* \([0-9.]*\) images\/s.*/\1/p')
  echo "round $round  torch    $theirs images/s  $theirs_line"
  our_memory=$(sed -n 's/^peak memory *\([0-9]*\) MiB.*/\1/p' "$work/ours")
  their_memory=$(printf '%s\n' "$theirs_line" | sed -n 's/.*peak memory \([0-9]*\) MiB.*/\1/p')
  printf '%s %s %s %s\n' "$ours" "$theirs" "$our_memory" "$their_memory" >>"$work/all"
done
awk '{
  if ($1 > a) a = $1
  if ($2 > b) b = $2
  if (NR == 1 || $3 < c) c = $3
  if (NR == 1 || $4 < d) d = $4
}
END {
  printf "best: endossl %.2f images/s, torch %.2f images/s, ratio %.2f\n", a, b, a / b
  printf "peak resident memory: endossl %d MiB, torch %d MiB, ratio %.2f\n", c, d, c / d
}' "$work/all"
