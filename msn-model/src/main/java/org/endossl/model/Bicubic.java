package org.endossl.model;

/**
 * Bicubic resampling of one axis as a matrix: PyTorch's {@code interpolate(mode="bicubic")} without
 * antialiasing and with {@code align_corners=False}: kernel coefficient -0.75, half-pixel centres,
 * indices clamped at the border.
 */
final class Bicubic {
  private static final float A = -0.75f;

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
      // Fused, as PyTorch's compiled code computes it: the last bit moves weights by 2e-6.
      float at = Math.fma(step, i + 0.5f, -0.5f);
      int floor = (int) Math.floor(at);
      float t = at - floor;
      float[] taps = {outer(t + 1), inner(t), inner(1 - t), outer(2 - t)};
      for (int tap = 0; tap < taps.length; tap++) {
        rows[i][Math.max(0, Math.min(in - 1, floor + tap - 1))] += taps[tap];
      }
    }
    return rows;
  }

  /** The kernel at distances up to 1. */
  private static float inner(float d) {
    return ((A + 2) * d - (A + 3)) * d * d + 1;
  }

  /** The kernel at distances from 1 to 2. */
  private static float outer(float d) {
    return ((A * d - 5 * A) * d + 8 * A) * d - 4 * A;
  }
}
