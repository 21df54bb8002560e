#!/usr/bin/env python3
"""Golden values of facebookresearch/msn's two evaluations, from its own code and cyanure.

    pip install torch==2.5.1 torchvision==0.20.1 opencv-python-headless cyanure==1.2.2 numpy==1.26.4
    MSN=<clone of facebookresearch/msn> python interop/msn_probe_golden.py \\
        > msn-eval/src/test/resources/org/endossl/eval/probe/msn_probe.json

linear: LinearClassifier of linear_eval.py (LayerNorm, length 1, Linear), SGD of src/sgd.py in its two groups,
WarmupCosineSchedule without warm-up, on rows in order; without and with weight decay. logistic: cyanure's preprocess
of rows and its classifier (MultiClassifier before 1.0) as logistic_eval.py calls it, but solved to a tolerance of 1e-6 (1e-3 there), and how far
the objective at 1e-3 is from it.
"""

import ast
import io
import json
import os
import pathlib
import sys

import numpy
import torch

msn = pathlib.Path(os.environ["MSN"])
sys.path.insert(0, str(msn))
from src.sgd import SGD  # noqa: E402
from src.utils import WarmupCosineSchedule  # noqa: E402

# linear_eval.py itself wants a cluster's settings when imported.
tree = ast.parse((msn / "linear_eval.py").read_text())
wanted = [n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == "LinearClassifier"]
names = {"torch": torch}
exec(compile(ast.Module(wanted, []), "linear_eval.py", "exec"), names)

rng = numpy.random.default_rng(7)
N, D, K, BATCH, EPOCHS, RATE = 40, 9, 5, 16, 6, 0.8
y = rng.integers(0, K, N)
x = (rng.normal(size=(K, D))[y] * 2 + rng.normal(size=(N, D)) + rng.normal(size=D)).astype(numpy.float32).round(3)


def rounded(tensor):
    return tensor.detach().double().numpy().round(7).tolist()


def linear(decay):
    torch.manual_seed(11)
    layer = names["LinearClassifier"](D, K, True)
    out = {"weight_decay": decay, "initial": rounded(layer.linear.weight), "losses": []}
    groups = [
        {"params": [p for n, p in layer.named_parameters() if "bias" not in n and "bn" not in n and len(p.shape) != 1]},
        {"params": [p for n, p in layer.named_parameters() if "bias" in n or "bn" in n or len(p.shape) == 1],
         "weight_decay": 0}]
    optimizer = SGD(groups, nesterov=True, weight_decay=decay, momentum=0.9, lr=RATE)
    ipe = -(-N // BATCH)
    schedule = WarmupCosineSchedule(optimizer, warmup_steps=0, start_lr=RATE, ref_lr=RATE, T_max=EPOCHS * ipe)
    for _ in range(EPOCHS):
        total = 0.0
        for at in range(0, N, BATCH):
            rows, targets = torch.tensor(x[at:at + BATCH]), torch.tensor(y[at:at + BATCH])
            loss = torch.nn.functional.cross_entropy(layer(rows), targets)
            total += loss.item() * len(rows)
            loss.backward()
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
        out["losses"].append(total / N)
    out.update(weight=rounded(layer.linear.weight), bias=rounded(layer.linear.bias), scale=rounded(layer.norm.weight),
               shift=rounded(layer.norm.bias))
    return out


def logistic(lambd):
    from cyanure.data_processing import preprocess
    from cyanure.estimators import Classifier

    rows = x.copy()
    preprocess(rows, normalize=True, columns=False, centering=True)

    def fit(tolerance):
        held = os.dup(1)  # cyanure prints to the process's standard output
        os.dup2(2, 1)
        try:
            classifier = Classifier(
                loss="multiclass-logistic", penalty="l2", fit_intercept=False, lambda_1=lambd / N, lambda_2=lambd / N,
                duality_gap_interval=10, n_threads=1, tol=tolerance, solver="auto", random_state=0, max_iter=3000,
                verbose=False)
            classifier.fit(rows, y)
        finally:
            sys.stdout.flush()
            os.dup2(held, 1)
        w = numpy.asarray(classifier.coef_, dtype=numpy.float64)
        w = w if w.shape[0] == K else w.T
        z = rows.astype(numpy.float64) @ w.T
        z -= z.max(1, keepdims=True)
        loss = (numpy.log(numpy.exp(z).sum(1)) - z[numpy.arange(N), y]).mean()
        return w, float(loss + lambd / N / 2 * (w ** 2).sum())

    w, objective = fit(1e-6)
    return {"lambda": lambd, "rows": rows.round(7).tolist(), "objective": objective,
            "objective_at_1e-3": fit(1e-3)[1], "weights": w.round(5).tolist()}


print(json.dumps({
    "x": x.tolist(), "y": y.tolist(), "classes": K, "batch": BATCH, "epochs": EPOCHS, "rate": RATE,
    "linear": [linear(0.0), linear(0.01)], "logistic": [logistic(0.0025), logistic(0.25)]}, separators=(",", ":")))
