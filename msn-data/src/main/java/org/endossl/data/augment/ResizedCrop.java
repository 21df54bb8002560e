package org.endossl.data.augment;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TUint8;

/**
 * torchvision's resized_crop on PIL images, byte for byte: cut, then bilinear with a triangle as
 * wide as the reduction (antialias), rows first, in whole numbers with 22 bits behind the point.
 * Source: PIL's Resample.c. (Pillow 13 begins with the columns of some boxes.)
 *
 * <p>A pass is a product of a band matrix with the image; bands of 32 pixels share one small
 * matrix. Whole numbers are added in double, where no sum of them is rounded.
 */
public final class ResizedCrop {
  private static final int BAND = 32;
  private static final double ONE = 1 << 22;

  private ResizedCrop() {}

  /**
   * Cuts and resizes.
   *
   * @param image [height, width, 3]
   * @param box [4]: top, left, height, width, in pixels, inside the image
   * @param size side of the result, pixels
   * @return planar [3, size, size]
   */
  public static Operand<TFloat32> apply(
      Ops tf, Operand<TUint8> image, Operand<TInt32> box, int size) {
    Operand<TInt32> begin = tf.slice(box, tf.constant(new int[] {0}), tf.constant(new int[] {2}));
    Operand<TInt32> extent = tf.slice(box, tf.constant(new int[] {2}), tf.constant(new int[] {2}));
    Operand<TInt32> three = tf.constant(new int[] {3});
    Operand<TUint8> cut =
        tf.slice(
            image,
            tf.concat(List.of(begin, tf.constant(new int[] {0})), tf.constant(0)),
            tf.concat(List.of(extent, three), tf.constant(0)));
    Operand<TInt32> height = tf.gather(box, tf.constant(2), tf.constant(0));
    Operand<TInt32> width = tf.gather(box, tf.constant(3), tf.constant(0));
    Operand<TUint8> columns = tf.linalg.transpose(cut, tf.constant(new int[] {1, 0, 2}));
    Operand<TUint8> across = // [size, 3 height]
        pass(tf, matrix(tf, columns, width), width, size);
    Operand<TUint8> rows = // [height, 3, size]
        tf.linalg.transpose(
            tf.reshape(across, tf.stack(List.of(tf.constant(size), height, tf.constant(3)))),
            tf.constant(new int[] {1, 2, 0}));
    Operand<TUint8> down = // [size, 3 size]
        pass(tf, matrix(tf, rows, height), height, size);
    Operand<TUint8> planar =
        tf.linalg.transpose(
            tf.reshape(down, tf.constant(new int[] {size, 3, size})),
            tf.constant(new int[] {1, 0, 2}));
    return tf.dtypes.cast(planar, TFloat32.class);
  }

  /** The first dimension as rows. */
  private static Operand<TUint8> matrix(Ops tf, Operand<TUint8> x, Operand<TInt32> rows) {
    return tf.reshape(x, tf.stack(List.of(rows, tf.constant(-1))));
  }

  /**
   * Resizes the first dimension.
   *
   * @param x [length, other]
   * @return [size, other]
   */
  private static Operand<TUint8> pass(Ops tf, Operand<TUint8> x, Operand<TInt32> length, int size) {
    int bands = (size + BAND - 1) / BAND;
    double[][][] middles = new double[bands][BAND][1];
    for (int i = 0; i < bands * BAND; i++) {
      middles[i / BAND][i % BAND][0] = Math.min(i, size - 1) + 0.5;
    }
    Operand<TFloat64> one = tf.constant(1.0);
    Operand<TFloat64> half = tf.constant(0.5);
    Operand<TFloat64> in = tf.dtypes.cast(length, TFloat64.class);
    // Not div: a division by a constant becomes a product with its rounded inverse.
    Operand<TFloat64> scale = tf.math.divNoNan(in, tf.constant((double) size));
    Operand<TFloat64> support = tf.math.maximum(scale, one);
    Operand<TFloat64> center = tf.math.mul(tf.constant(middles), scale); // [bands, 32, 1]
    Operand<TFloat64> first =
        tf.math.maximum(
            tf.math.floor(tf.math.add(tf.math.sub(center, support), half)), tf.constant(0.0));
    Operand<TFloat64> end =
        tf.math.minimum(tf.math.floor(tf.math.add(tf.math.add(center, support), half)), in);
    Operand<TFloat64> begin = part(tf, first, 0); // [bands, 1, 1]
    Operand<TFloat64> span =
        tf.reduceMax(tf.math.sub(part(tf, end, BAND - 1), begin), tf.constant(new int[] {0, 1, 2}));
    Operand<TFloat64> x0 =
        tf.math.add(begin, tf.range(tf.constant(0.0), span, one)); // [bands, 1, span]
    Operand<TFloat64> distance =
        tf.math.abs(
            tf.math.mul(tf.math.add(tf.math.sub(x0, center), half), tf.math.div(one, support)));
    Operand<TFloat64> triangle = tf.math.maximum(tf.math.sub(one, distance), tf.constant(0.0));
    Operand<TFloat64> within = // of the box
        tf.dtypes.cast(
            tf.math.logicalAnd(tf.math.greaterEqual(x0, first), tf.math.less(x0, end)),
            TFloat64.class);
    Operand<TFloat64> weights = tf.math.mul(triangle, within); // [bands, 32, span]
    Operand<TFloat64> sum = // one by one, as PIL adds
        tf.expandDims(
            tf.reduceMax(tf.math.cumsum(weights, tf.constant(2)), tf.constant(2)), tf.constant(2));
    weights = whole(tf, tf.math.mul(tf.math.div(weights, sum), tf.constant(ONE)));
    Operand<TInt32> rows = tf.dtypes.cast(tf.math.minimum(x0, tf.math.sub(in, one)), TInt32.class);
    rows = tf.reshape(rows, tf.constant(new int[] {bands, -1}));
    Operand<TFloat64> taken = // [bands, span, other]
        tf.dtypes.cast(tf.gather(x, rows, tf.constant(0)), TFloat64.class);
    Operand<TFloat64> product = tf.train.batchMatMul(weights, taken, TFloat64.class);
    Operand<TFloat64> rounded = // of very many taps the weights may add up to more than 1
        tf.math.minimum(whole(tf, tf.math.mul(product, tf.constant(1 / ONE))), tf.constant(255.0));
    Operand<TUint8> out = // [bands, 32, other]
        tf.dtypes.cast(rounded, TUint8.class);
    Operand<TInt32> other =
        tf.slice(tf.shape(x), tf.constant(new int[] {1}), tf.constant(new int[] {1}));
    out = tf.reshape(out, tf.concat(List.of(tf.constant(new int[] {-1}), other), tf.constant(0)));
    return tf.slice(out, tf.constant(new int[] {0, 0}), tf.constant(new int[] {size, -1}));
  }

  private static Operand<TFloat64> part(Ops tf, Operand<TFloat64> x, int column) {
    return tf.slice(x, tf.constant(new int[] {0, column, 0}), tf.constant(new int[] {-1, 1, 1}));
  }

  /** To the nearest whole number, halves up. */
  private static Operand<TFloat64> whole(Ops tf, Operand<TFloat64> x) {
    return tf.math.floor(tf.math.add(x, tf.constant(0.5)));
  }
}
