#!/bin/sh
# One MSN training step here beside facebookresearch/msn on PyTorch, in turn, with nothing else running.
#
#   MSN=<clone of facebookresearch/msn> [PYTHON=python3] [ROUNDS=3] bench/step_beside_torch.sh [--model small] [--batch 8] [--focal 0] [--bf16]
#
# PyTorch must be installed for PYTHON. Prints every run, then the best of each side and their ratio.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
: "${MSN:?set MSN to a clone of facebookresearch/msn}"
python=${PYTHON:-python3} rounds=${ROUNDS:-3}
model=small batch=8 focal=0 bf16=
while [ $# -gt 0 ]; do
  case $1 in
    --model) model=$2; shift ;;
    --batch) batch=$2; shift ;;
    --focal) focal=$2; shift ;;
    --bf16) bf16=--bf16 ;;
    *) echo "step_beside_torch: unknown option $1; wanted --model, --batch, --focal or --bf16" >&2; exit 2 ;;
  esac
  shift
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
round=0
while [ $round -lt "$rounds" ]; do
  round=$((round + 1))
  # shellcheck disable=SC2086 # bf16 is one option or none
  "$here/../endossl" bench step --model "$model" --batch "$batch" --focal "$focal" $bf16 >"$work/ours" 2>"$work/log" || { cat "$work/log" >&2; exit 4; }
  ours=$(sed -n 's/^images per second *\([0-9.]*\).*/\1/p' "$work/ours")
  echo "round $round  endossl  $ours images/s  $(tr '\n' ' ' <"$work/ours" | tr -s ' ' | cut -c1-400)"
  # shellcheck disable=SC2086
  theirs_line=$(PYTHONPATH=$MSN "$python" "$here/torch_msn_step.py" --model "deit_$model" --batch "$batch" --focal "$focal" $bf16 2>"$work/log") || { cat "$work/log" >&2; exit 4; }
  theirs=$(printf '%s\n' "$theirs_line" | sed -n 's/.* \([0-9.]*\) images\/s.*/\1/p')
  echo "round $round  torch    $theirs images/s  $theirs_line"
  printf '%s %s\n' "$ours" "$theirs" >>"$work/all"
done
awk '{ if ($1 > a) a = $1; if ($2 > b) b = $2 } END { printf "best: endossl %.2f images/s, torch %.2f images/s, ratio %.2f\n", a, b, a / b }' "$work/all"
