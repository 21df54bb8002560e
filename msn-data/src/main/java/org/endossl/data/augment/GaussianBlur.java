package org.endossl.data.augment;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * PIL's GaussianBlur: three box blurs per direction, a box of fractional width, edges repeated,
 * rounded after each. A radius of a third of a pixel so changes little: the six roundings matter.
 *
 * <p>A box blur is a product of a band matrix with the image; bands of 32 rows share one small
 * matrix.
 */
public final class GaussianBlur {
  /** The greatest radius; MSN draws 0.1 to 2. */
  public static final float MAX_RADIUS = 2;

  private static final int REACH = 2; // pixels that a box of that radius covers to each side
  private static final int BAND = 32;
  private static final int BOXES = 3;

  /**
   * Just under a half. PIL's weights have 24 bits; where they make a new value end in exactly one
   * half, which a radius of 1 often does and a drawn one never, their rounding mostly leaves it
   * below.
   */
  private static final float HALF = 0.49995f;

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
    Operand<TFloat32> box = box(tf, radius);
    Operand<TFloat32> columns = // [x, 3 y]
        flat(tf, tf.linalg.transpose(x, tf.constant(new int[] {2, 0, 1})), width, height);
    Operand<TInt32> along = tf.constant(bands(width));
    for (int i = 0; i < BOXES; i++) {
      columns = blur(tf, columns, box, along, width, height);
    }
    Operand<TFloat32> rows = // [y, 3 x]
        flat(
            tf,
            tf.linalg.transpose(cube(tf, columns, width, height), tf.constant(new int[] {2, 1, 0})),
            height,
            width);
    Operand<TInt32> down = height == width ? along : tf.constant(bands(height));
    for (int i = 0; i < BOXES; i++) {
      rows = blur(tf, rows, box, down, height, width);
    }
    return tf.linalg.transpose(cube(tf, rows, height, width), tf.constant(new int[] {1, 0, 2}));
  }

  private static Operand<TFloat32> flat(Ops tf, Operand<TFloat32> x, int size, int other) {
    return tf.reshape(x, tf.constant(new int[] {size, 3 * other}));
  }

  private static Operand<TFloat32> cube(Ops tf, Operand<TFloat32> x, int size, int other) {
    return tf.reshape(x, tf.constant(new int[] {size, 3, other}));
  }

  /** Along the first dimension of [size, 3 other]. */
  private static Operand<TFloat32> blur(
      Ops tf,
      Operand<TFloat32> x,
      Operand<TFloat32> box,
      Operand<TInt32> bands,
      int size,
      int other) {
    Operand<TFloat32> in = tf.gather(x, bands, tf.constant(0)); // [bands, 36, 3 other]
    Operand<TFloat32> out = // [32 bands, 3 other]
        tf.reshape(
            tf.train.batchMatMul(box, in, TFloat32.class), tf.constant(new int[] {-1, 3 * other}));
    if (size % BAND != 0) {
      out = tf.slice(out, tf.constant(new int[] {0, 0}), tf.constant(new int[] {size, -1}));
    }
    return tf.math.floor(tf.math.add(out, tf.constant(HALF)));
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

  /** One box blur of a band: [32, 36]. */
  private static Operand<TFloat32> box(Ops tf, Operand<TFloat32> radius) {
    Operand<TFloat32> reach = boxRadius(tf, radius);
    Operand<TFloat32> width = tf.math.add(tf.math.mul(reach, tf.constant(2f)), tf.constant(1f));
    Operand<TFloat32> sum = tf.constant(taps(0));
    for (int k = 1; k <= REACH; k++) {
      Operand<TFloat32> weight =
          tf.clipByValue(
              tf.math.sub(reach, tf.constant((float) (k - 1))), tf.constant(0f), tf.constant(1f));
      sum = tf.math.add(sum, tf.math.mul(tf.constant(taps(k)), weight));
    }
    return tf.math.div(sum, width);
  }

  /** The half width of the box, less half a pixel, whose threefold use has the variance wanted. */
  private static Operand<TFloat32> boxRadius(Ops tf, Operand<TFloat32> radius) {
    Operand<TFloat32> one = tf.constant(1f);
    Operand<TFloat32> variance =
        tf.math.mul(tf.math.square(radius), tf.constant(1 / 3f)); // of one box
    Operand<TFloat32> ideal =
        tf.math.sqrt(tf.math.add(tf.math.mul(variance, tf.constant(12f)), one));
    Operand<TFloat32> whole =
        tf.math.floor(tf.math.mul(tf.math.sub(ideal, one), tf.constant(0.5f)));
    Operand<TFloat32> next = tf.math.add(whole, one);
    Operand<TFloat32> above =
        tf.math.mul(
            tf.math.add(whole, next),
            tf.math.sub(tf.math.mul(whole, next), tf.math.mul(variance, tf.constant(3f))));
    Operand<TFloat32> below =
        tf.math.mul(tf.math.sub(variance, tf.math.square(next)), tf.constant(6f));
    return tf.math.add(whole, tf.math.div(above, below));
  }

  /** Takes the rows {@code k} to each side: [32, 36]. */
  private static float[][] taps(int k) {
    float[][] m = new float[BAND][BAND + 2 * REACH];
    for (int i = 0; i < BAND; i++) {
      m[i][i + REACH - k] = 1;
      m[i][i + REACH + k] = 1;
    }
    return m;
  }
}
