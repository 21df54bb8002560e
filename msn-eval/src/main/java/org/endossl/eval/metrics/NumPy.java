package org.endossl.eval.metrics;

/** The few NumPy reductions whose last bit decides a rounded score. */
final class NumPy {
  /** NumPy sums blocks of this many numbers with eight accumulators. */
  private static final int BLOCK = 128;

  private NumPy() {}

  /** {@code numpy.around(x, 2)}: half to even on the binary value. */
  static double around2(double x) {
    return Math.rint(x * 100) / 100;
  }

  /** {@code numpy.mean} of a contiguous array. */
  static double mean(double[] values) {
    return pairwise(values, 0, values.length) / values.length;
  }

  private static double pairwise(double[] a, int from, int n) {
    if (n < 8) {
      double sum = 0;
      for (int i = 0; i < n; i++) {
        sum += a[from + i];
      }
      return sum;
    }
    if (n > BLOCK) {
      int half = n / 2;
      half -= half % 8;
      return pairwise(a, from, half) + pairwise(a, from + half, n - half);
    }
    double[] r = new double[8];
    int whole = n - n % 8;
    for (int i = 0; i < whole; i++) {
      r[i % 8] += a[from + i];
    }
    double sum = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
    for (int i = whole; i < n; i++) {
      sum += a[from + i];
    }
    return sum;
  }
}
