#!/usr/bin/env python3
"""The coefficients of msn-model/src/main/native/gelu_bf16.h: GELU's even part and its slope by intervals.

    pip install numpy
    python interop/gelu_table.py

Interpolates at Chebyshev's nodes, prints C, and on stderr the largest error in bfloat16's units in the last place (those of
2^-8 below it). Run by hand; its output is committed.
"""

import math
import sys

import numpy as np
from numpy.polynomial import Chebyshev, Polynomial

EDGE = 5  # from here on GELU counts as 0 or x, its slope as 0 or 1


def cdf(x):
    return math.erfc(-x / math.sqrt(2)) / 2


def even(t):  # gelu(x) - x / 2, of |x|
    return t * (cdf(t) - 0.5)


def slope(x):
    return cdf(x) + x * math.exp(-x * x / 2) / math.sqrt(2 * math.pi)


def units(error, y):
    return np.max(np.abs(error) / 2 ** (np.floor(np.log2(np.maximum(np.abs(y), 2**-8))) - 7))


def table(f, centers, width, degree):
    rows, worst = [], 0
    for i in centers:
        low, high = max((i - 0.5) * width, 0) if degree == 2 else (i - 0.5) * width, (i + 0.5) * width
        if abs(i) == max(centers):  # up to infinity
            rows.append([0, 0.5, 0] if degree == 2 else [float(i > 0), 0, 0, 0])
            continue
        if degree == 2 and i == 0:  # a multiple of x^2: relative errors stay small
            rows.append([0, 0, f(0.8 * high) / (0.8 * high) ** 2])
        else:
            rows.append(Chebyshev.interpolate(np.vectorize(f), degree, [low, high]).convert(kind=Polynomial).coef)
        t = np.linspace(low, high, 1000)
        exact, got = np.vectorize(f)(t), Polynomial(rows[-1])(t)
        for sign in (1, -1) if degree == 2 else (0,):
            worst = max(worst, units(got - exact, exact + sign * t / 2))
    return np.array(rows), worst


def show(name, rows):
    print(f"static const float {name}[{rows.shape[1]}][32] __attribute__((aligned(64))) = {{")
    for column in rows.T:
        for k in range(0, 32, 8):
            text = ", ".join(f"{x:.8e}f" for x in column[k : k + 8])
            print(("    {" if k == 0 else "     ") + text + ("}," if k == 24 else ","))
    print("};")


forward, worst = table(even, range(32), EDGE / 30.5, 2)
print("GELU", worst, "cut", EDGE * cdf(-EDGE) * 2**15, file=sys.stderr)
show("GELU", forward)
backward, worst = table(slope, range(-15, 16), EDGE / 14.5, 3)
print("slope", worst, "cut", abs(slope(-EDGE)) * 2**15, file=sys.stderr)
at = np.zeros((32, 4))  # negative ones at the end: two's complement
for i, row in zip(range(-15, 16), backward):
    at[i % 32] = row
show("GELU_SLOPE", at)
