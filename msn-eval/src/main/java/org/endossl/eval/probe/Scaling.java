package org.endossl.eval.probe;

import org.endossl.eval.features.Matrix;

/** (x - mean) * scale per column, then rows to length 1, as far as each is asked for. */
@SuppressWarnings("ArrayRecordComponent")
public record Scaling(float[] mean, float[] scale, boolean l2) {
  /** Features as they are. */
  static final Scaling NONE = new Scaling(new float[0], new float[0], false);

  /** What a configuration asks for, measured on the training frames. */
  static Scaling of(Matrix x, boolean standardize, boolean l2) {
    if (!standardize) {
      return new Scaling(new float[0], new float[0], l2);
    }
    int columns = x.columns();
    double[] sum = new double[columns];
    double[] squares = new double[columns];
    for (int i = 0; i < x.rows(); i++) {
      for (int k = 0; k < columns; k++) {
        sum[k] += x.values()[x.start(i) + k];
      }
    }
    for (int i = 0; i < x.rows(); i++) {
      for (int k = 0; k < columns; k++) {
        double d = x.values()[x.start(i) + k] - sum[k] / x.rows();
        squares[k] += d * d;
      }
    }
    float[] mean = new float[columns];
    float[] scale = new float[columns];
    for (int k = 0; k < columns; k++) {
      mean[k] = (float) (sum[k] / x.rows());
      double deviation = Math.sqrt(squares[k] / x.rows());
      // A constant column says nothing and stays at 0.
      scale[k] = deviation > 0 ? (float) (1 / deviation) : 0;
    }
    return new Scaling(mean, scale, l2);
  }

  void apply(Matrix x) {
    for (int i = 0; scale.length > 0 && i < x.rows(); i++) {
      for (int k = 0; k < scale.length; k++) {
        int at = x.start(i) + k;
        x.values()[at] = (x.values()[at] - mean[k]) * scale[k];
      }
    }
    if (l2) {
      normalizeRows(x);
    }
  }

  /** Every row less its mean: cyanure's {@code preprocess} of rows, centering. */
  public static void centerRows(Matrix x) {
    for (int i = 0; i < x.rows(); i++) {
      int from = x.start(i);
      double mean = 0;
      for (int k = 0; k < x.columns(); k++) {
        mean += x.values()[from + k] / (double) x.columns();
      }
      for (int k = 0; k < x.columns(); k++) {
        x.values()[from + k] = (float) (x.values()[from + k] - mean);
      }
    }
  }

  /** Every row to length 1; rows of zeros stay. */
  public static void normalizeRows(Matrix x) {
    for (int i = 0; i < x.rows(); i++) {
      int from = x.start(i);
      double sum = 0;
      for (int k = 0; k < x.columns(); k++) {
        sum += (double) x.values()[from + k] * x.values()[from + k];
      }
      float by = sum > 0 ? (float) (1 / Math.sqrt(sum)) : 0;
      for (int k = 0; k < x.columns(); k++) {
        x.values()[from + k] *= by;
      }
    }
  }
}
