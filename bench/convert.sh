#!/bin/sh
# What converting costs: generated .mp4 videos of 854x480 to records, in this process and by the ffmpeg on the PATH, and how much
# of that is ffmpeg decoding the same frames to PNG and throwing them away. Needs ffmpeg.
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
# The command's own start: a conversion of everything again, with nothing left to do.
convert() {
  begun=$(now)
  "$here/../endossl" convert --input "$work/in" --out "$work/$1" --decoder "$1" --workers "$workers" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 4; }
  converted=$(now)
  "$here/../endossl" convert --input "$work/in" --out "$work/$1" --decoder "$1" --resume >/dev/null 2>&1
  idle=$(now)
  echo "$begun $converted $idle" | awk '{ print ($2 - $1) - ($3 - $2) }'
}
inside=$(convert in-process)
outside=$(convert path)
decoding=$(now)
for video in "$work"/in/videos/*.mp4; do
  echo "$video"
done | xargs -P "$workers" -I{} ffmpeg -nostdin -v error -i {} -vf "select=not(mod(n\\,25)),format=rgb24" -fps_mode passthrough -c:v png -f image2pipe -y /dev/null
decoded=$(now)
bytes=$(cat "$work"/path/*.tfrecord | wc -c)
for way in in-process path; do
  [ "$way" = path ] && seconds=$outside || seconds=$inside
  echo "$seconds $decoding $decoded $bytes $way" | awk '{ d = $3 - $2;
    printf "convert --decoder %s: %.1f s without the start, %.1f MB/s of records; decoding alone %.1f s, %.0f %% of it\n", $5, $1, $4 / 1e6 / $1, d, 100 * d / $1 }'
done
