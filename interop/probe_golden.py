#!/usr/bin/env python3
"""Golden values of the logistic regression, from scikit-learn; its output is committed.

    pip install numpy==2.* scikit-learn==1.*
    python3 interop/probe_golden.py > msn-eval/src/test/resources/org/endossl/eval/probe/logistic.json

scikit-learn minimises C * sum of losses + |W|^2 / 2, this port the mean loss + lambda / 2 * |W|^2: C = 1 / (lambda n).
"""

import json

import numpy
from sklearn.linear_model import LogisticRegression

rng = numpy.random.default_rng(3)
n, d, k = 60, 5, 4
y = rng.integers(0, k, n)
centres = rng.normal(size=(k, d))
x = (centres[y] + rng.normal(size=(n, d))).astype(numpy.float32).round(4)
out = {"x": x.tolist(), "y": y.tolist(), "classes": k, "fits": []}
for lam in (0.3, 0.01, 0.0005):
    fit = LogisticRegression(C=1 / (lam * n), fit_intercept=False, tol=1e-10, max_iter=100000)
    fit.fit(x.astype(numpy.float64), y)
    z = x.astype(numpy.float64) @ fit.coef_.T
    p = numpy.exp(z - z.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    objective = -numpy.log(p[numpy.arange(n), y]).mean() + lam / 2 * (fit.coef_ ** 2).sum()
    out["fits"].append({"lambda": lam, "weights": fit.coef_.round(7).tolist(), "objective": float(objective)})
print(json.dumps(out, separators=(",", ":")))
