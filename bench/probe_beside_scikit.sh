#!/bin/sh
# Linear probe of 100,000 features of ViT-S (384 values): endossl's protocol here (5 epochs), scikit-learn's
# logistic regression on the same files, and Keras' dense layer where Keras is installed; in turn, three times.
# usage: PYTHON=python3 bench/probe_beside_scikit.sh     needs numpy and scikit-learn; tensorflow or keras optional
set -eu
cd "$(dirname "$0")/.."
python=${PYTHON:-python3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$python" - "$work" <<'PY'
import json, pathlib, sys
import numpy
out = pathlib.Path(sys.argv[1]) / "features"
out.mkdir()
rng = numpy.random.default_rng(0)
names = ["GallbladderPackaging", "CleaningCoagulation", "GallbladderDissection", "GallbladderRetraction",
         "Preparation", "ClippingCutting", "CalotTriangleDissection"]
n, d, videos = 100000, 384, 80
y = numpy.sort(rng.integers(0, 7, (videos, n // videos)), 1).ravel()
x = (rng.normal(size=(7, d))[y] * 0.1 + rng.normal(size=(n, d))).astype("<f4")
numpy.save(out / "features.npy", x)
numpy.save(out.parent / "y.npy", y)
with open(out / "features.csv", "w") as f:
    f.write("video,frame,phase,instruments\n")
    for i in range(n):
        f.write("video%02d,%d,%s,\n" % (i // (n // videos) + 1, i % (n // videos), names[y[i]]))
info = dict(key="0" * 64, weights="random", weights_hash="", encoder="", data_hash="", files=[], videos=[], frames=n,
            width=d, preprocessing=dict(size=224, normalization=dict(mean=[0, 0, 0], std=[1, 1, 1])),
            phase_order="endossl", versions=[])
(out / "features.json").write_text(json.dumps(info))
PY
./endossl --version
for run in 1 2 3; do
  echo "run $run"
  /usr/bin/time -f "endossl %e s, %M KB (the whole command)" ./endossl probe --features "$work/features" \
    --out "$work/out$run" --set "data.split={train: 1-80, validation: '', test: ''}" >/dev/null
  "$python" - "$work" <<'PY'
import sys, time
import numpy
x, y = numpy.load(sys.argv[1] + "/features/features.npy"), numpy.load(sys.argv[1] + "/y.npy")
from sklearn.linear_model import LogisticRegression
start = time.time()
LogisticRegression(C=1.0, max_iter=100).fit(x, y)
print("scikit-learn LogisticRegression %.2f s (fit only)" % (time.time() - start))
try:
    import keras
except ImportError:
    print("Keras: not installed")
else:
    model = keras.Sequential([keras.Input((384,)), keras.layers.Dense(7)])
    model.compile(keras.optimizers.AdamW(1e-4, weight_decay=1e-5),
                  keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    start = time.time()
    model.fit(x, y, batch_size=256, epochs=5, verbose=0)
    print("Keras Dense, 5 epochs %.2f s (fit only)" % (time.time() - start))
PY
done
