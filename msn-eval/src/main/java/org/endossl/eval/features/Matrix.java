package org.endossl.eval.features;

/**
 * Rows of float32, one after the other.
 *
 * @param rows number of rows
 * @param columns values in a row
 * @param values [rows * columns], not copied
 */
@SuppressWarnings("ArrayRecordComponent")
public record Matrix(int rows, int columns, float[] values) {
  public Matrix {
    if (rows < 0 || columns < 1 || (long) rows * columns != values.length) {
      throw new IllegalArgumentException(
          values.length + " values for " + rows + " rows of " + columns);
    }
  }

  /** A matrix of zeros. */
  public static Matrix zeros(int rows, int columns) {
    long size = (long) rows * columns;
    if (size > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          rows + " rows of " + columns + ": more than an array holds; take fewer videos at a time");
    }
    return new Matrix(rows, columns, new float[(int) size]);
  }

  /** Where a row starts. */
  public int start(int row) {
    return row * columns;
  }

  /** A copy of the rows named, in this order. */
  public Matrix select(int[] wanted) {
    Matrix selected = zeros(wanted.length, columns);
    for (int i = 0; i < wanted.length; i++) {
      System.arraycopy(values, start(wanted[i]), selected.values, i * columns, columns);
    }
    return selected;
  }
}
