package org.endossl.eval.inspect;

import java.util.SplittableRandom;
import org.endossl.eval.features.Matrix;

/** The directions in which rows differ most, by power iteration. */
final class PrincipalAxes {
  private static final int ITERATIONS = 200;

  private PrincipalAxes() {}

  /**
   * Coordinates of centred rows along their first principal axes; each axis points to where its
   * largest component is positive. An axis along which nothing differs gives zeros.
   *
   * @param axes how many
   * @return [rows * axes]
   */
  static double[] project(Matrix rows, int axes) {
    int n = rows.rows();
    int d = rows.columns();
    double[] x = centred(rows);
    double[] projected = new double[n * axes];
    for (int a = 0; a < axes; a++) {
      double[] axis = axis(x, n, d, a);
      double[] along = times(x, axis, n, d);
      for (int i = 0; i < n; i++) {
        projected[i * axes + a] = along[i];
        for (int c = 0; c < d; c++) {
          x[i * d + c] -= along[i] * axis[c]; // the next axis is among what is left
        }
      }
    }
    return projected;
  }

  private static double[] centred(Matrix rows) {
    int n = rows.rows();
    int d = rows.columns();
    double[] mean = new double[d];
    for (int i = 0; i < rows.values().length; i++) {
      mean[i % d] += rows.values()[i] / n;
    }
    double[] x = new double[n * d];
    for (int i = 0; i < x.length; i++) {
      x[i] = rows.values()[i] - mean[i % d];
    }
    return x;
  }

  /** The unit vector of the largest spread; zeros if there is none. */
  private static double[] axis(double[] x, int n, int d, int seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[] v = random.doubles(d, -1, 1).toArray();
    for (int t = 0; t < ITERATIONS; t++) {
      double[] next = new double[d];
      double[] along = times(x, v, n, d);
      for (int i = 0; i < n; i++) {
        for (int c = 0; c < d; c++) {
          next[c] += along[i] * x[i * d + c];
        }
      }
      double norm = norm(next);
      if (norm < 1e-30) {
        return new double[d];
      }
      for (int c = 0; c < d; c++) {
        next[c] /= norm;
      }
      v = next;
    }
    int largest = 0;
    for (int c = 1; c < d; c++) {
      largest = Math.abs(v[c]) > Math.abs(v[largest]) ? c : largest;
    }
    for (int c = 0; c < d && v[largest] < 0; c++) {
      v[c] = -v[c];
    }
    return v;
  }

  private static double[] times(double[] x, double[] v, int n, int d) {
    double[] product = new double[n];
    for (int i = 0; i < n; i++) {
      for (int c = 0; c < d; c++) {
        product[i] += x[i * d + c] * v[c];
      }
    }
    return product;
  }

  private static double norm(double[] v) {
    double squares = 0;
    for (double value : v) {
      squares += value * value;
    }
    return Math.sqrt(squares);
  }
}
