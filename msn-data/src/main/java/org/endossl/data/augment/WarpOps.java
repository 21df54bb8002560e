package org.endossl.data.augment;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Squeeze;
import org.tensorflow.op.image.ImageProjectiveTransformV3;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TUint8;

/**
 * Model Garden's operations that move pixels. The nearest pixel is taken, and what lies outside the
 * image is its mirror image: Model Garden fills with grey only where a channel of ones that it
 * carries along comes out 0, which its mirroring never lets happen.
 */
final class WarpOps {
  private static final int GRAY = 128; // of Cutout

  private WarpOps() {}

  /**
   * About the middle.
   *
   * @param degrees scalar
   */
  static Operand<TUint8> rotate(Ops tf, Operand<TUint8> image, Operand<TFloat32> degrees) {
    Operand<TFloat32> radians = tf.math.mul(degrees, tf.constant((float) (Math.PI / 180.0)));
    Operand<TFloat32> extent = tf.dtypes.cast(BlendOps.extent(tf, image), TFloat32.class);
    Operand<TFloat32> last = tf.math.sub(extent, tf.constant(1f));
    Operand<TFloat32> h = tf.gather(last, tf.constant(0), tf.constant(0));
    Operand<TFloat32> w = tf.gather(last, tf.constant(1), tf.constant(0));
    Operand<TFloat32> cos = tf.math.cos(radians);
    Operand<TFloat32> sin = tf.math.sin(radians);
    Operand<TFloat32> two = tf.constant(2f);
    Operand<TFloat32> x =
        tf.math.div(tf.math.sub(w, tf.math.sub(tf.math.mul(cos, w), tf.math.mul(sin, h))), two);
    Operand<TFloat32> y =
        tf.math.div(tf.math.sub(h, tf.math.add(tf.math.mul(sin, w), tf.math.mul(cos, h))), two);
    return transform(tf, image, List.of(cos, tf.math.neg(sin), x, sin, cos, y));
  }

  /**
   * Rows slide.
   *
   * @param shear scalar, pixels per row
   */
  static Operand<TUint8> shearX(Ops tf, Operand<TUint8> image, Operand<TFloat32> shear) {
    return transform(tf, image, List.of(one(tf), shear, zero(tf), zero(tf), one(tf), zero(tf)));
  }

  /**
   * Columns slide.
   *
   * @param shear scalar, pixels per column
   */
  static Operand<TUint8> shearY(Ops tf, Operand<TUint8> image, Operand<TFloat32> shear) {
    return transform(tf, image, List.of(one(tf), zero(tf), zero(tf), shear, one(tf), zero(tf)));
  }

  /**
   * To the left.
   *
   * @param pixels scalar
   */
  static Operand<TUint8> translateX(Ops tf, Operand<TUint8> image, Operand<TFloat32> pixels) {
    return transform(tf, image, List.of(one(tf), zero(tf), pixels, zero(tf), one(tf), zero(tf)));
  }

  /**
   * Upwards.
   *
   * @param pixels scalar
   */
  static Operand<TUint8> translateY(Ops tf, Operand<TUint8> image, Operand<TFloat32> pixels) {
    return transform(tf, image, List.of(one(tf), zero(tf), zero(tf), zero(tf), one(tf), pixels));
  }

  private static Operand<TFloat32> one(Ops tf) {
    return tf.constant(1f);
  }

  private static Operand<TFloat32> zero(Ops tf) {
    return tf.constant(0f);
  }

  /**
   * Takes the pixel at {@code (a x + b y + c, d x + e y + f)} for (x, y).
   *
   * @param six a to f, scalars
   */
  private static Operand<TUint8> transform(
      Ops tf, Operand<TUint8> image, List<Operand<TFloat32>> six) {
    Operand<TFloat32> eight = // [1, 8]
        tf.reshape(
            tf.concat(List.of(tf.stack(six), tf.constant(new float[] {0, 0})), tf.constant(0)),
            tf.constant(new int[] {1, 8}));
    Operand<TUint8> moved =
        tf.image.imageProjectiveTransformV3(
            tf.expandDims(image, tf.constant(0)),
            eight,
            BlendOps.extent(tf, image),
            zero(tf),
            "NEAREST",
            ImageProjectiveTransformV3.fillMode("REFLECT"));
    return tf.squeeze(moved, Squeeze.axis(List.of(0L)));
  }

  /**
   * Greys a square, as far as it lies in the image.
   *
   * @param half scalar: half the side, whole pixels
   * @param centre [2], in [0, 1), of height and width
   */
  static Operand<TUint8> cutout(
      Ops tf, Operand<TUint8> image, Operand<TFloat32> half, Operand<TFloat32> centre) {
    Operand<TInt32> extent = BlendOps.extent(tf, image);
    Operand<TInt32> reach = tf.dtypes.cast(half, TInt32.class);
    Operand<TInt32> middle =
        tf.math.minimum(
            tf.dtypes.cast(
                tf.math.floor(tf.math.mul(centre, tf.dtypes.cast(extent, TFloat32.class))),
                TInt32.class),
            tf.math.sub(extent, tf.constant(1)));
    Operand<TBool> rows = within(tf, extent, middle, reach, 0, new int[] {-1, 1, 1});
    Operand<TBool> columns = within(tf, extent, middle, reach, 1, new int[] {1, -1, 1});
    return tf.select(
        tf.math.logicalAnd(rows, columns), tf.dtypes.cast(tf.constant(GRAY), TUint8.class), image);
  }

  /** Which places of a dimension lie in [middle - reach, middle + reach). */
  private static Operand<TBool> within(
      Ops tf,
      Operand<TInt32> extent,
      Operand<TInt32> middle,
      Operand<TInt32> reach,
      int dimension,
      int[] shape) {
    Operand<TInt32> zero = tf.constant(0);
    Operand<TInt32> at = tf.gather(middle, tf.constant(dimension), zero);
    Operand<TInt32> places =
        tf.range(zero, tf.gather(extent, tf.constant(dimension), zero), tf.constant(1));
    return tf.reshape(
        tf.math.logicalAnd(
            tf.math.greaterEqual(places, tf.math.sub(at, reach)),
            tf.math.less(places, tf.math.add(at, reach))),
        tf.constant(shape));
  }
}
