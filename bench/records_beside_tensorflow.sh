#!/bin/sh
# Reading and writing TFRecords here beside TensorFlow's reader and writer from Python: records of the same size on the
# same disk, in turn, with nothing else running.
#
#   [PYTHON=python3] [ROUNDS=3] bench/records_beside_tensorflow.sh [--records 400] [--bytes 660000]
#
# PYTHON needs tensorflow-cpu (see records_peer.py).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
python=${PYTHON:-python3} rounds=${ROUNDS:-3} records=400 bytes=660000
while [ $# -gt 0 ]; do
  case $1 in
    --records) records=$2; shift ;;
    --bytes) bytes=$2; shift ;;
    *) echo "records_beside_tensorflow: unknown option $1; wanted --records or --bytes" >&2; exit 2 ;;
  esac
  shift
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
round=0
while [ $round -lt "$rounds" ]; do
  round=$((round + 1))
  "$here/../endossl" bench records --records "$records" --bytes "$bytes" --folder "$work" >"$work/ours" 2>"$work/log" || { cat "$work/log" >&2; exit 4; }
  echo "round $round  endossl     $(tr '\n' ' ' <"$work/ours" | tr -s ' ')"
  echo "round $round  tensorflow  $("$python" "$here/records_peer.py" --records "$records" --bytes "$bytes" --folder "$work" 2>"$work/log" || cat "$work/log")"
done
