package org.endossl.model;

import java.nio.FloatBuffer;

/** Matrices turned over, in bands that stay in the cache. */
final class Transpose {
  private static final int BAND = 16;

  private Transpose() {}

  /**
   * The transpose.
   *
   * @param matrix [rows, columns]
   * @return [columns, rows]
   */
  static FloatBuffer of(FloatBuffer matrix, int rows) {
    int columns = matrix.limit() / rows;
    float[] turned = new float[matrix.limit()];
    float[] band = new float[BAND * columns];
    for (int top = 0; top < rows; top += BAND) {
      int height = Math.min(BAND, rows - top);
      matrix.get(top * columns, band, 0, height * columns);
      for (int c = 0; c < columns; c++) {
        int to = c * rows + top;
        for (int r = 0; r < height; r++) {
          turned[to + r] = band[r * columns + c];
        }
      }
    }
    return FloatBuffer.wrap(turned);
  }
}
