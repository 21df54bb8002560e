#!/bin/sh
# Resident memory of a long run of a tiny model: it must not grow with the steps.
#
#   [STEPS=10000] [ENDOSSL=./endossl] bench/flat_memory.sh
#
# Prints the resident memory (VmRSS) at every tenth of the steps. Exit code 1 if it grew by more than 64 MiB from the first
# of them to the end. Java's heap is held small, as it grows by itself up to its limit before anything is collected.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
endossl=${ENDOSSL:-$here/../endossl} steps=${STEPS:-10000}
ENDOSSL_JAVA_OPTS="-Xms128m -Xmx128m -XX:+AlwaysPreTouch -XX:+UseSerialGC ${ENDOSSL_JAVA_OPTS-}"
export ENDOSSL_JAVA_OPTS
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$endossl" synthetic --out "$work/data" --videos 2 --frames 200 --size 48x32 2>/dev/null >/dev/null
"$endossl" pretrain --config "$here/../configs/pretrain/demo.yaml" --out "$work/run" --set "data.records=[$work/data]" \
  --set 'data.split={train: 1-2, validation: "", test: ""}' --set views.rand_size=16 \
  --set 'encoder={image_size: 16, patch_size: 8, width: 24, depth: 2, heads: 3, mlp_ratio: 2, layer_norm_eps: 1e-6, drop_path: 0.0}' \
  --set 'head={hidden: 32, output: 16, batch_norm: true}' --set criterion.prototypes=16 --set optimization.batch_size=8 \
  --set optimization.epochs=100000 --set "run.max_steps=$steps" --set run.checkpoint_steps=500 \
  --set logs.views_every_epochs=10 --set logs.attention_every_epochs=10 >"$work/out" 2>"$work/err" &
pid=$!
early='' last=0 next=$((steps / 10))
while kill -0 $pid 2>/dev/null; do
  rows=$( (wc -l <"$work/run/metrics.csv") 2>/dev/null || echo 0)
  rss=$(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$pid/status" 2>/dev/null || :)
  if [ -n "$rss" ]; then
    last=$rss
    if [ "$rows" -gt $next ]; then
      [ -n "$early" ] || early=$rss
      echo "step $((rows - 1)): $((rss / 1024)) MiB"
      next=$((next + steps / 10))
    fi
  fi
  sleep 0.5
done
wait $pid || { cat "$work/err" >&2; exit 4; }
echo "end: $((last / 1024)) MiB"
[ -n "$early" ] && [ $((last - early)) -le 65536 ]
