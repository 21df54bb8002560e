package org.endossl.data.augment;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TType;

/**
 * PIL's GaussianBlur: three box blurs per direction, a box of fractional width, edges repeated,
 * rounded after each, in whole numbers with 24 bits behind the point; byte for byte. A radius of a
 * third of a pixel so changes little: the six roundings matter. Source: PIL's BoxBlur.c.
 *
 * <p>A box blur is a product of a band matrix with the image; bands of 32 rows share one small
 * matrix. Whole numbers are added in double, where no sum of them is rounded.
 */
public final class GaussianBlur {
  /** The greatest radius; MSN draws 0.1 to 2. */
  public static final float MAX_RADIUS = 2;

  private static final int REACH = 2; // pixels that a box of that radius covers to each side
  private static final int BAND = 32;
  private static final int BOXES = 3;

  private static final double ONE = 1 << 24;

  private GaussianBlur() {}

  /**
   * Blurs a square image.
   *
   * @param x planar [3, size, size]
   * @param size side, pixels
   * @param radius scalar in (0, 2]
   */
  public static Operand<TFloat32> apply(
      Ops tf, Operand<TFloat32> x, int size, Operand<TFloat32> radius) {
    return apply(tf, x, size, size, radius);
  }

  /**
   * Blurs an image.
   *
   * @param x planar [3, height, width]
   * @param radius scalar in (0, 2]
   */
  public static Operand<TFloat32> apply(
      Ops tf, Operand<TFloat32> x, int height, int width, Operand<TFloat32> radius) {
    Operand<TFloat64> box = box(tf, radius);
    Operand<TFloat64> columns = // [x, 3 y]
        tf.dtypes.cast(
            flat(tf, tf.linalg.transpose(x, tf.constant(new int[] {2, 0, 1})), width, height),
            TFloat64.class);
    Operand<TInt32> along = tf.constant(bands(width));
    for (int i = 0; i < BOXES; i++) {
      columns = blur(tf, columns, box, along, width, height);
    }
    Operand<TFloat64> rows = // [y, 3 x]
        flat(
            tf,
            tf.linalg.transpose(cube(tf, columns, width, height), tf.constant(new int[] {2, 1, 0})),
            height,
            width);
    Operand<TInt32> down = height == width ? along : tf.constant(bands(height));
    for (int i = 0; i < BOXES; i++) {
      rows = blur(tf, rows, box, down, height, width);
    }
    return tf.dtypes.cast(
        tf.linalg.transpose(cube(tf, rows, height, width), tf.constant(new int[] {1, 0, 2})),
        TFloat32.class);
  }

  private static <T extends TType> Operand<T> flat(Ops tf, Operand<T> x, int size, int other) {
    return tf.reshape(x, tf.constant(new int[] {size, 3 * other}));
  }

  private static Operand<TFloat64> cube(Ops tf, Operand<TFloat64> x, int size, int other) {
    return tf.reshape(x, tf.constant(new int[] {size, 3, other}));
  }

  /** Along the first dimension of [size, 3 other]. */
  private static Operand<TFloat64> blur(
      Ops tf,
      Operand<TFloat64> x,
      Operand<TFloat64> box,
      Operand<TInt32> bands,
      int size,
      int other) {
    Operand<TFloat64> in = tf.gather(x, bands, tf.constant(0)); // [bands, 36, 3 other]
    Operand<TFloat64> out = // [32 bands, 3 other]
        tf.reshape(
            tf.train.batchMatMul(box, in, TFloat64.class), tf.constant(new int[] {-1, 3 * other}));
    if (size % BAND != 0) {
      out = tf.slice(out, tf.constant(new int[] {0, 0}), tf.constant(new int[] {size, -1}));
    }
    return tf.math.floor(tf.math.add(tf.math.mul(out, tf.constant(1 / ONE)), tf.constant(0.5)));
  }

  /** The rows that each band needs, the edge row where there is none: [bands, 36]. */
  private static int[][] bands(int size) {
    int[][] rows = new int[(size + BAND - 1) / BAND][BAND + 2 * REACH];
    for (int b = 0; b < rows.length; b++) {
      for (int i = 0; i < rows[b].length; i++) {
        rows[b][i] = Math.max(0, Math.min(size - 1, b * BAND + i - REACH));
      }
    }
    return rows;
  }

  /** One box blur of a band: [32, 36]; in 2^24ths, rows sum to one of them or a little less. */
  private static Operand<TFloat64> box(Ops tf, Operand<TFloat32> radius) {
    Operand<TFloat32> reach = boxRadius(tf, radius);
    Operand<TFloat32> width = tf.math.add(tf.math.mul(reach, tf.constant(2f)), tf.constant(1f));
    Operand<TFloat64> whole = // of a pixel that lies within
        tf.math.floor(tf.dtypes.cast(tf.math.div(tf.constant((float) ONE), width), TFloat64.class));
    Operand<TFloat64> pixels = tf.dtypes.cast(tf.math.floor(reach), TFloat64.class); // to each side
    Operand<TFloat64> covered =
        tf.math.add(tf.math.mul(pixels, tf.constant(2.0)), tf.constant(1.0));
    Operand<TFloat64> part = // of the two at the ends
        tf.math.floor(
            tf.math.mul(
                tf.math.sub(tf.constant(ONE), tf.math.mul(covered, whole)), tf.constant(0.5)));
    Operand<TFloat64> sum = tf.math.mul(tf.constant(taps(0)), whole);
    for (int k = 1; k <= REACH; k++) {
      Operand<TFloat64> beyond = tf.math.sub(tf.constant((double) k), pixels); // 1 at the ends
      Operand<TFloat64> within =
          tf.clipByValue(tf.math.sub(tf.constant(1.0), beyond), tf.constant(0.0), tf.constant(1.0));
      Operand<TFloat64> end =
          tf.dtypes.cast(tf.math.equal(beyond, tf.constant(1.0)), TFloat64.class);
      Operand<TFloat64> weight = tf.math.add(tf.math.mul(within, whole), tf.math.mul(end, part));
      sum = tf.math.add(sum, tf.math.mul(tf.constant(taps(k)), weight));
    }
    return sum;
  }

  /**
   * The half width of the box, less half a pixel, whose threefold use has the variance wanted:
   * rounded to float where PIL rounds.
   */
  private static Operand<TFloat32> boxRadius(Ops tf, Operand<TFloat32> radius) {
    Operand<TFloat32> one = tf.constant(1f);
    Operand<TFloat32> two = tf.constant(2f);
    Operand<TFloat64> third = tf.constant(1 / 3.0); // exact enough to round as a division does
    Operand<TFloat32> variance = // of one box
        tf.dtypes.cast(
            tf.math.mul(tf.dtypes.cast(tf.math.mul(radius, radius), TFloat64.class), third),
            TFloat32.class);
    Operand<TFloat64> square =
        tf.math.add(
            tf.math.mul(tf.dtypes.cast(variance, TFloat64.class), tf.constant(12.0)),
            tf.constant(1.0));
    Operand<TFloat32> ideal = tf.dtypes.cast(tf.math.sqrt(square), TFloat32.class);
    Operand<TFloat32> whole =
        tf.math.floor(tf.math.mul(tf.math.sub(ideal, one), tf.constant(0.5f)));
    Operand<TFloat32> next = tf.math.add(whole, one);
    Operand<TFloat32> above =
        tf.math.mul(
            tf.math.add(tf.math.mul(whole, two), one),
            tf.math.sub(tf.math.mul(whole, next), tf.math.mul(variance, tf.constant(3f))));
    Operand<TFloat32> below =
        tf.math.mul(tf.math.sub(variance, tf.math.mul(next, next)), tf.constant(6f));
    return tf.math.add(whole, tf.math.div(above, below));
  }

  /** Takes the rows {@code k} to each side: [32, 36]. */
  private static double[][] taps(int k) {
    double[][] m = new double[BAND][BAND + 2 * REACH];
    for (int i = 0; i < BAND; i++) {
      m[i][i + REACH - k] = 1;
      m[i][i + REACH + k] = 1;
    }
    return m;
  }
}
