package org.endossl.eval.probe;

import java.util.Arrays;

/**
 * A LayerNorm with scale and shift that are trained, then the row to length 1 if asked for: what
 * comes before the dense layer in {@code LinearClassifier} of facebookresearch/msn's {@code
 * linear_eval.py} (torch's LayerNorm, eps 1e-5).
 *
 * @param width values per row
 * @param at where its scales begin among the layer's parameters; the shifts follow
 * @param l2 whether rows go to length 1
 */
record TrainedNorm(int width, int at, boolean l2) {
  private static final double EPS = 1e-5;

  /** torch.nn.functional.normalize: the least length that is divided by. */
  private static final double LEAST = 1e-12;

  /**
   * One row on its way.
   *
   * @param standard mean 0 and deviation 1
   * @param out what the dense layer sees
   * @param length of the row that was scaled; 1 where none is
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Row(float[] standard, float[] out, double length) {}

  /** Number of parameters. */
  int parameters() {
    return 2 * width;
  }

  /** Scales 1, shifts 0. */
  void initialize(float[] parameters) {
    Arrays.fill(parameters, at, at + width, 1);
    Arrays.fill(parameters, at + width, at + 2 * width, 0);
  }

  /** Norms the row of {@code x} that starts at {@code from}. */
  Row apply(float[] parameters, float[] x, int from) {
    double mean = 0;
    for (int k = 0; k < width; k++) {
      mean += x[from + k];
    }
    mean /= width;
    double variance = 0;
    for (int k = 0; k < width; k++) {
      variance += (x[from + k] - mean) * (x[from + k] - mean);
    }
    double scale = 1 / Math.sqrt(variance / width + EPS);
    float[] standard = new float[width];
    float[] out = new float[width];
    double squares = 0;
    for (int k = 0; k < width; k++) {
      standard[k] = (float) ((x[from + k] - mean) * scale);
      out[k] = parameters[at + k] * standard[k] + parameters[at + width + k];
      squares += (double) out[k] * out[k];
    }
    double length = l2 ? Math.max(Math.sqrt(squares), LEAST) : 1;
    for (int k = 0; l2 && k < width; k++) {
      out[k] = (float) (out[k] / length);
    }
    return new Row(standard, out, length);
  }

  /**
   * Adds the gradients of scales and shifts.
   *
   * @param d gradient of {@link Row#out}
   */
  void addGradient(Row row, float[] d, float[] gradient) {
    double along = 0;
    for (int k = 0; l2 && k < width; k++) {
      along += (double) d[k] * row.out()[k];
    }
    for (int k = 0; k < width; k++) {
      double dy = (d[k] - along * row.out()[k]) / row.length();
      gradient[at + k] += (float) (dy * row.standard()[k]);
      gradient[at + width + k] += (float) dy;
    }
  }
}
