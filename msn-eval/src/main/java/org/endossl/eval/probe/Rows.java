package org.endossl.eval.probe;

import java.io.IOException;
import java.util.Arrays;
import org.endossl.eval.features.Matrix;

/** Features of training rows, a batch at a time. */
public interface Rows {
  /**
   * Values that hold those of a batch, good until the next call.
   *
   * @param order the rows of a pass
   * @param from the batch's first in {@code order}
   * @param to behind its last
   */
  float[] values(int[] order, int from, int to) throws IOException;

  /** Where the values of {@code order[at]} start, of a batch that begins at {@code from}. */
  int start(int[] order, int from, int at);

  /** Values per row. */
  int width();

  /** Rows that are all there. */
  static Rows of(Matrix x) {
    return new Rows() {
      @Override
      public float[] values(int[] order, int from, int to) {
        return x.values();
      }

      @Override
      public int start(int[] order, int from, int at) {
        return x.start(order[at]);
      }

      @Override
      public int width() {
        return x.columns();
      }
    };
  }

  /** Gives the values of a batch's rows, one after the other. */
  @FunctionalInterface
  interface Maker {
    /** [rows * width] */
    float[] make(int[] rows) throws IOException;
  }

  /** Rows that are made anew whenever they are asked for. */
  static Rows fresh(int width, Maker maker) {
    return new Rows() {
      @Override
      public float[] values(int[] order, int from, int to) throws IOException {
        return maker.make(Arrays.copyOfRange(order, from, to));
      }

      @Override
      public int start(int[] order, int from, int at) {
        return (at - from) * width;
      }

      @Override
      public int width() {
        return width;
      }
    };
  }
}
