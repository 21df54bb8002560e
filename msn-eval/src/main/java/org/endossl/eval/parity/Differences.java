package org.endossl.eval.parity;

import org.endossl.model.HostTensor;

/** Compares tensors element by element. */
final class Differences {
  private Differences() {}

  /** Adds the largest absolute difference, and keeps what was computed. */
  static void compare(
      String name, HostTensor computed, HostTensor expected, double bar, Findings findings) {
    findings.keep(name, computed);
    if (!computed.shape().equals(expected.shape())) {
      String note = "shape " + computed.shape() + ", expected " + expected.shape();
      findings.compare(name, Double.NaN, bar, note);
      return;
    }
    findings.compare(
        name, largest(computed.toArray(), expected.toArray()), bar, "largest absolute");
  }

  /**
   * Compares by the largest difference as a share of the largest expected value, where that is more
   * than 1: sums of large values are rounded by as much more.
   */
  static void compareScaled(
      String name, HostTensor computed, HostTensor expected, double bar, Findings findings) {
    if (!computed.shape().equals(expected.shape())) {
      compare(name, computed, expected, bar, findings);
      return;
    }
    findings.keep(name, computed);
    float[] wanted = expected.toArray();
    double scale = Math.max(1, largest(wanted, new float[wanted.length]));
    findings.compare(
        name,
        largest(computed.toArray(), wanted) / scale,
        bar,
        "largest, of 1 or the largest value");
  }

  /** The largest absolute difference; NaN if either side has one. */
  static double largest(float[] a, float[] b) {
    double largest = 0;
    for (int i = 0; i < a.length; i++) {
      largest = Math.max(largest, Math.abs((double) a[i] - b[i]));
    }
    return largest;
  }

  /** The mean absolute difference. */
  static double mean(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += Math.abs((double) a[i] - b[i]);
    }
    return a.length == 0 ? 0 : sum / a.length;
  }
}
