package org.endossl.model;

/**
 * Bicubic resampling of one axis as a matrix: PyTorch's {@code interpolate(mode="bicubic")} without
 * antialiasing and with {@code align_corners=False}: kernel coefficient -0.75, half-pixel centres,
 * indices clamped at the border.
 */
final class Bicubic {
  private static final double A = -0.75;

  private Bicubic() {}

  /**
   * The matrix.
   *
   * @param in samples
   * @param out samples wanted
   * @param scale the step between source positions is {@code (float) (1 / scale)}; PyTorch takes
   *     the given scale factor here, not the ratio of the sizes
   * @return [out][in], rows sum to 1
   */
  static float[][] matrix(int in, int out, double scale) {
    float step = (float) (1 / scale);
    float[][] rows = new float[out][in];
    for (int i = 0; i < out; i++) {
      float at = step * (i + 0.5f) - 0.5f;
      int floor = (int) Math.floor(at);
      double t = at - floor;
      for (int tap = -1; tap <= 2; tap++) {
        int index = Math.max(0, Math.min(in - 1, floor + tap));
        rows[i][index] += (float) weight(Math.abs(t - tap));
      }
    }
    return rows;
  }

  private static double weight(double distance) {
    double d = distance;
    return d <= 1 ? ((A + 2) * d - (A + 3)) * d * d + 1 : ((A * d - 5 * A) * d + 8 * A) * d - 4 * A;
  }
}
