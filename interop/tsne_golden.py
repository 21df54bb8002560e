#!/usr/bin/env python3
"""Golden values of t-SNE, from scikit-learn; its output is committed.

    pip install numpy==2.* scikit-learn==1.*
    python3 interop/tsne_golden.py > msn-eval/src/test/resources/org/endossl/eval/inspect/tsne.json

Eight clusters of different widths in twelve dimensions. scikit-learn's map itself is kept, so that the port's own measure of trustworthiness
is held against scikit-learn's before its map is.
"""

import json

import numpy
from sklearn.manifold import TSNE, trustworthiness
from sklearn.manifold._t_sne import _joint_probabilities
from sklearn.metrics import pairwise_distances
from scipy.spatial.distance import squareform

rng = numpy.random.default_rng(5)
n, d, k = 160, 12, 8
which = rng.integers(0, k, n)
x = rng.normal(size=(k, d))[which] * 3 + rng.normal(size=(n, d)) * rng.uniform(0.3, 1.5, k)[which, None]
x = x.astype(numpy.float32).round(3)
tsne = TSNE(method="exact", init="pca", learning_rate="auto", perplexity=30, random_state=0)
y = tsne.fit_transform(x).round(3)
p = squareform(_joint_probabilities(pairwise_distances(x, metric="sqeuclidean"), 30, 0))
out = {
    "rows": [[float(f"{v:.3f}") for v in row] for row in x],
    "perplexity": 30,
    "affinities_of_row_0": [float(f"{v:.6e}") for v in p[0]],
    "map": [[float(f"{v:.3f}") for v in row] for row in y],
    "divergence": float(tsne.kl_divergence_),
    "trustworthiness": {str(m): float(trustworthiness(x, y, n_neighbors=m)) for m in (5, 12)},
}
print(json.dumps(out, separators=(",", ":")))
