#!/usr/bin/env python3
"""Golden values of the metrics that are not endossl's, from the formulas of the originals.

Needs Python 3.9 and nothing else:

    python3 interop/metrics_golden.py > msn-eval/src/test/resources/org/endossl/eval/metrics/conventions.json

What is written down here again, independently of the Java code:
  TMRNet/M2CAI   YuemingJin/TMRNet, code/eval/result/matlab-eval/Evaluate.m and code/eval/matlab-phase/code/Main.m,
                 with MATLAB's logical indexing: a mask shorter than the vector selects from the vector's start
  segmental      yabufarha/ms-tcn, eval.py (edit score, F1 at overlaps)
  calibration    Guo et al. 2017, expected calibration error over bins (l, u] of equal width
  Wilcoxon       all 2^n signs of the mean ranks, zeros dropped; Holm's correction
Phases are numbers of TMRNet's order.
"""

import itertools
import json
import math
import random


def nanmean(values):
    values = [v for v in values if not math.isnan(v)]
    return sum(values) / len(values) if values else math.nan


def mean(values):
    return sum(values) / len(values)


def std(values):
    """MATLAB's std: n - 1, NaN with a NaN, 0 for one value."""
    if any(math.isnan(v) for v in values):
        return math.nan
    if len(values) == 1:
        return 0.0
    m = mean(values)
    return math.sqrt(sum((v - m) ** 2 for v in values) / (len(values) - 1))


def nanstd(values):
    values = [v for v in values if not math.isnan(v)]
    return std(values) if values else math.nan


def divide(a, b):
    if b == 0:
        return math.nan if a == 0 else math.inf
    return a / b


def components(mask):
    found, start = [], None
    for i, m in enumerate(list(mask) + [False]):
        if m and start is None:
            start = i
        elif not m and start is not None:
            found.append((start, i))
            start = None
    return found


def evaluate(gt, pred, fps, variant):
    gt = [g + 1 for g in gt]
    pred = [p + 1 for p in pred]
    diff = [p - g for p, g in zip(pred, gt)]
    updated = [None] * len(gt)
    for phase in range(1, 8):
        for start, end in components([g == phase for g in gt]):
            cur = diff[start:end]
            t = min(10 * fps, len(cur))
            late = (-1, -2) if phase in (6, 7) else (-1,)
            early = (1, 2) if phase in (4, 5, 6, 7) else (1,)
            if variant != "strict":
                mask = [d in late for d in cur[:t]]
                cur = [0 if i < len(mask) and mask[i] else d for i, d in enumerate(cur)]
                mask = [d in early for d in cur[len(cur) - t:]]
                offset = 0 if variant == "legacy" else len(cur) - t
                cur = [0 if 0 <= i - offset < len(mask) and mask[i - offset] else d for i, d in enumerate(cur)]
            updated[start:end] = cur
    jaccard, precision, recall = [], [], []
    for phase in range(1, 8):
        if phase not in gt:
            jaccard.append(math.nan)
            precision.append(math.nan)
            recall.append(math.nan)
            continue
        union = [i for i in range(len(gt)) if gt[i] == phase or pred[i] == phase]
        tp = sum(updated[i] == 0 for i in union)
        jaccard.append(100 * tp / len(union))
        precision.append(divide(tp * 100, sum(p == phase for p in pred)))
        recall.append(tp * 100 / sum(g == phase for g in gt))
    accuracy = 100 * sum(u == 0 for u in updated) / len(gt)
    cap = lambda vs: [100.0 if v > 100 else v for v in vs]  # NaN stays
    return cap(jaccard), cap(precision), cap(recall), accuracy


def tmrnet(videos, fps, variant):
    results = [evaluate(v["label"], v["prediction"], fps, variant) for v in videos]
    per_phase = [[nanmean([r[k][p] for r in results]) for p in range(7)] for k in range(3)]
    accuracy = [r[3] for r in results]
    return {
        "accuracy": mean(accuracy), "accuracy_std": std(accuracy),
        "jaccard": mean(per_phase[0]), "jaccard_std": std(per_phase[0]),
        "precision": nanmean(per_phase[1]), "precision_std": nanstd(per_phase[1]),
        "recall": mean(per_phase[2]), "recall_std": std(per_phase[2]),
        "jaccard_per_phase": per_phase[0], "precision_per_phase": per_phase[1], "recall_per_phase": per_phase[2],
        "jaccard_per_phase_std": [nanstd([r[0][p] for r in results]) for p in range(7)],
    }


def segments(labels):
    found, start = [], 0
    for i in range(1, len(labels) + 1):
        if i == len(labels) or labels[i] != labels[start]:
            found.append((labels[start], start, i))
            start = i
    return found


def edit(pred, gt):
    p, y = [s[0] for s in segments(pred)], [s[0] for s in segments(gt)]
    d = [[max(i, j) if 0 in (i, j) else 0 for j in range(len(y) + 1)] for i in range(len(p) + 1)]
    for i in range(1, len(p) + 1):
        for j in range(1, len(y) + 1):
            if p[i - 1] == y[j - 1]:
                d[i][j] = d[i - 1][j - 1]
            else:
                d[i][j] = 1 + min(d[i - 1][j], d[i][j - 1], d[i - 1][j - 1])
    return (1 - d[-1][-1] / max(len(p), len(y))) * 100


def counts(pred, gt, overlap):
    p, y = segments(pred), segments(gt)
    hits = [0] * len(y)
    tp = fp = 0
    for label, start, end in p:
        iou = [(min(end, e) - max(start, s)) / (max(end, e) - min(start, s)) * (label == k) for k, s, e in y]
        idx = max(range(len(y)), key=lambda i: (iou[i], -i))  # numpy's argmax: the first of the largest
        if iou[idx] >= overlap and not hits[idx]:
            tp += 1
            hits[idx] = 1
        else:
            fp += 1
    return tp, fp, len(y) - sum(hits)


def segmental(videos):
    out = {"edit": mean([edit(v["prediction"], v["label"]) for v in videos])}
    for name, overlap in (("f1_10", 0.1), ("f1_25", 0.25), ("f1_50", 0.5)):
        tp, fp, fn = (sum(c) for c in zip(*[counts(v["prediction"], v["label"], overlap) for v in videos]))
        precision, recall = divide(tp, tp + fp), divide(tp, tp + fn)
        f1 = divide(2 * precision * recall, precision + recall)
        out[name] = 0.0 if math.isnan(f1) else f1 * 100
    return out


def calibration(rows, bins):
    error = largest = 0.0
    for b in range(bins):
        inside = [r for r in rows if b / bins < r[0] <= (b + 1) / bins]
        if inside:
            gap = abs(mean([r[0] for r in inside]) - mean([r[1] for r in inside]))
            error += gap * len(inside) / len(rows)
            largest = max(largest, gap)
    return error, largest


def wilcoxon(differences):
    d = [x for x in differences if x != 0]
    size = sorted(abs(x) for x in d)
    rank = {s: mean([i + 1 for i, t in enumerate(size) if t == s]) for s in size}
    ranks = [rank[abs(x)] for x in d]
    plus = sum(r for r, x in zip(ranks, d) if x > 0)
    statistic = min(plus, sum(ranks) - plus)
    few = sum(sum(r for r, s in zip(ranks, signs) if s) <= statistic + 1e-9
              for signs in itertools.product((0, 1), repeat=len(d)))
    return {"differences": differences, "statistic": statistic, "p": min(1.0, 2 * few / 2 ** len(d))}


def holm(p):
    order = sorted(range(len(p)), key=lambda i: p[i])
    out, largest = [0.0] * len(p), 0.0
    for i, k in enumerate(order):
        largest = max(largest, min(1.0, (len(p) - i) * p[k]))
        out[k] = largest
    return out


def video(rng, phases, noise, shift):
    label = [p for p in phases for _ in range(rng.randint(6, 40))]
    prediction = [label[min(len(label) - 1, max(0, i + shift))] for i in range(len(label))]
    for i in range(len(prediction)):
        if rng.random() < noise:
            prediction[i] = min(6, max(0, prediction[i] + rng.choice((-2, -1, 1, 2))))
    return {"label": label, "prediction": prediction}


def main():
    rng = random.Random(7)
    cases = [
        ("all phases, late transitions", [video(rng, range(7), 0.1, -5) for _ in range(3)]),
        ("early transitions", [video(rng, range(7), 0.05, 6) for _ in range(2)]),
        ("a phase in no video, others in some", [video(rng, (0, 1, 3, 4), 0.2, 3), video(rng, (1, 3, 6), 0.2, -3)]),
        ("phases twice, orders of the end", [video(rng, (0, 1, 2, 3, 5, 4, 6, 5), 0.1, 4), video(rng, (3, 6, 4, 3), 0.1, -4)]),
        ("one video, a phase never predicted", [{"label": [0] * 9 + [1] * 4 + [2] * 3, "prediction": [0] * 9 + [6] * 4 + [2] * 3}]),
        ("perfect", [video(rng, (0, 1, 2, 3), 0.0, 0)]),
    ]
    out = {"source": __doc__.strip().splitlines()[0], "cases": []}
    for name, videos in cases:
        case = {"name": name, "videos": videos, "segmental": segmental(videos), "tmrnet": {}}
        for fps in (1, 3):
            case["tmrnet"][str(fps)] = {v: tmrnet(videos, fps, v) for v in ("legacy", "corrected", "strict")}
        out["cases"].append(case)
    rows = [(round(rng.uniform(0.15, 1), 6), int(rng.random() < 0.7)) for _ in range(200)] + [(1.0, 1), (0.2, 0)]
    error, largest = calibration(rows, 15)
    out["calibration"] = {"bins": 15, "rows": rows, "error": error, "largest": largest}
    tests = [wilcoxon(d) for d in (
        [1.5, -0.5, 2.25, 3.0, 0.75], [1, 1, 1, -1, 2, -2, 3, 0, 0], [0.5], [-1, -2, -3, -4, -5, -6, -7, -8],
        [round(rng.gauss(0.6, 1), 2) for _ in range(12)])]
    out["wilcoxon"] = {"tests": tests, "holm": holm([t["p"] for t in tests])}
    text = json.dumps(out, separators=(",", ":"))
    print(text.replace("NaN", "null").replace('{"name"', '\n{"name"'))


if __name__ == "__main__":
    main()
