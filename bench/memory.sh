#!/bin/sh
# Peak resident memory of the data commands over sets of 1,000 to 1,000,000 records, in one figure.
#
#   [COUNTS="1000 10000 100000 1000000"] [HEAP=64m] bench/memory.sh PICTURE.png
#
# Frames of 8x8, as what grows with the number of records is looked for; one record file, the worst case. `convert` decodes generated
# videos of 32x32 (one of up to 25,000 frames per 25,000) and keeps every frame (--fps 25). Java's heap is held at HEAP: without a
# limit it grows with what is free, whatever is needed; so that it grows with what is needed alone, new objects get 4 MB of it. Needs ffmpeg for the videos, 3 GB of disk. Prints a CSV.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
picture=${1:?wanted a PICTURE.png} counts=${COUNTS:-1000 10000 100000 1000000} heap=${HEAP:-64m}
"$here/../endossl" --version >/dev/null # builds it
classpath=$(cat "$here/../target/run/classpath.cpu")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# NAME RECORDS COMMAND...: a row of the CSV
measure() {
  what=$1 many=$2
  shift 2
  /usr/bin/time -o "$work/time" -f '%M %e' java -Xms8m -Xmn4m "-Xmx$heap" -XX:+UseSerialGC -Dorg.bytedeco.javacpp.maxPhysicalBytes=0 \
    -Djava.awt.headless=true -cp "$classpath" org.endossl.cli.Main "$@" >/dev/null 2>"$work/err" ||
    { cat "$work/err" >&2; exit 4; }
  read -r kilobytes seconds <"$work/time"
  echo "$what,$many,$((kilobytes / 1024)),$seconds" | tee -a "$work/figures.csv"
}
echo "command,records,peak_mib,seconds" | tee "$work/figures.csv"
for count in $counts; do
  records=$work/records/many.tfrecord
  java -cp "$classpath" "$here/ManyRecords.java" records "$records" "$count"
  measure 'records inspect' "$count" records inspect "$records"
  measure 'records verify' "$count" records verify "$records"
  measure 'records index' "$count" records index "$records"
  measure 'records stats' "$count" records stats "$records"
  measure 'records reshard' "$count" records reshard "$records" --out "$work/resharded" --shards 8
  rm -rf "$work/resharded" "$work/records"
  video=0 left=$count
  while [ "$left" -gt 0 ]; do
    video=$((video + 1)) frames=$((left < 25000 ? left : 25000))
    name=$(printf 'video%02d' $video)
    mkdir -p "$work/videos/videos"
    ffmpeg -nostdin -v error -f lavfi -i testsrc2=size=32x32:rate=25 -frames:v $frames -c:v mpeg4 "$work/videos/videos/$name.mp4"
    java -cp "$classpath" "$here/ManyRecords.java" annotations "$work/videos" "$name" $frames
    left=$((left - frames))
  done
  measure 'convert' "$count" convert --input "$work/videos" --out "$work/converted" --fps 25 --workers 2
  rm -rf "$work/videos" "$work/converted"
done
java -cp "$classpath" "$here/MemoryChart.java" "$work/figures.csv" "$picture" "$heap"
