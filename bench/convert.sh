#!/bin/sh
# What converting costs: generated .mp4 videos of 854x480 to records, and how much of that is ffmpeg decoding the same frames to
# PNG and throwing them away. Needs ffmpeg.
#
#   bench/convert.sh [--videos 2] [--frames 48] [--workers 2]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
videos=2 frames=48 workers=2
while [ $# -gt 0 ]; do
  case $1 in
    --videos) videos=$2; shift ;;
    --frames) frames=$2; shift ;;
    --workers) workers=$2; shift ;;
    *) echo "convert: unknown option $1; wanted --videos, --frames or --workers" >&2; exit 2 ;;
  esac
  shift
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
now() { date +%s.%N; }
"$here/../endossl" synthetic --layout videos --out "$work/in" --videos "$videos" --frames "$frames" --size 854x480 >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 4; }
begun=$(now)
"$here/../endossl" convert --input "$work/in" --out "$work/out" --workers "$workers" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 4; }
converted=$(now)
"$here/../endossl" records stats "$work/out" >/dev/null 2>&1
# The command's own start: the same conversion again, with nothing left to do.
resumed=$(now)
"$here/../endossl" convert --input "$work/in" --out "$work/out" --resume >/dev/null 2>&1
idle=$(now)
for video in "$work"/in/videos/*.mp4; do
  echo "$video"
done | xargs -P "$workers" -I{} ffmpeg -nostdin -v error -i {} -vf "select=not(mod(n\\,25)),format=rgb24" -fps_mode passthrough -c:v png -f image2pipe -y /dev/null
decoded=$(now)
bytes=$(cat "$work"/out/*.tfrecord | wc -c)
echo "$begun $converted $resumed $idle $decoded $bytes" | awk '{ c = ($2 - $1) - ($4 - $3); d = $5 - $4;
  printf "convert %.1f s without the start, %.1f MB/s of records; decoding alone %.1f s, %.0f %% of it\n", c, $6 / 1e6 / c, d, 100 * d / c }'
