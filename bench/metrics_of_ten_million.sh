#!/bin/sh
# Scores 10,000,000 rows of predictions (80 videos) and prints seconds and peak memory of the process.
# usage: bench/metrics_of_ten_million.sh [ROWS]      needs python3 and GNU time
set -eu
cd "$(dirname "$0")/.."
rows=${1:-10000000}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 - "$rows" "$work/p.csv" <<'PY'
import random, sys
rows, videos = int(sys.argv[1]), 80
random.seed(1)
per = rows // videos
with open(sys.argv[2], "w") as f:
    f.write("# phase_order: tmrnet\nvideo,frame,label,prediction\n")
    for v in range(1, videos + 1):
        p = 0
        for i in range(per):
            label = i * 7 // per
            if random.random() < 0.01:
                p = label if random.random() < 0.9 else random.randrange(7)
            f.write("video%02d,%d,%d,%d\n" % (v, i, label, p))
PY
./endossl --version
ENDOSSL_JAVA_OPTS=-Xmx512m /usr/bin/time -f "%e s, %M KB at most" ./endossl metrics "$work/p.csv" --fps 1 >/dev/null
