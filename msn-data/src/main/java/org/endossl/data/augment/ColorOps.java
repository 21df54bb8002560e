package org.endossl.data.augment;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Unstack;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;

/**
 * torchvision's colour ops on PIL images, pixel for pixel: PIL truncates after each blend, and hue
 * turns in bytes.
 *
 * <p>All take and give planar images [3, height, width] of whole numbers 0..255.
 */
public final class ColorOps {
  private ColorOps() {}

  /**
   * Blends with black.
   *
   * @param factor scalar {@code >= 0}; 1 changes nothing
   */
  public static Operand<TFloat32> brightness(
      Ops tf, Operand<TFloat32> x, Operand<TFloat32> factor) {
    return tf.math.floor(tf.math.minimum(tf.math.mul(x, factor), tf.constant(255f)));
  }

  /**
   * Blends with the image's mean grey.
   *
   * @param factor scalar {@code >= 0}; 1 changes nothing
   */
  public static Operand<TFloat32> contrast(Ops tf, Operand<TFloat32> x, Operand<TFloat32> factor) {
    Operand<TFloat64> gray = tf.dtypes.cast(luma(tf, x), TFloat64.class); // sums are exact
    Operand<TFloat64> pixels = tf.dtypes.cast(tf.size(gray), TFloat64.class);
    Operand<TFloat64> mean =
        tf.math.divNoNan(tf.reduceSum(gray, tf.constant(new int[] {0, 1, 2})), pixels);
    Operand<TFloat64> base = tf.math.floor(tf.math.add(mean, tf.constant(0.5)));
    return blend(tf, tf.dtypes.cast(base, TFloat32.class), x, factor);
  }

  /**
   * Blends with the grey image.
   *
   * @param factor scalar {@code >= 0}; 1 changes nothing
   */
  public static Operand<TFloat32> saturation(
      Ops tf, Operand<TFloat32> x, Operand<TFloat32> factor) {
    return blend(tf, luma(tf, x), x, factor);
  }

  /** The grey image, in three planes. */
  public static Operand<TFloat32> grayscale(Ops tf, Operand<TFloat32> x) {
    Operand<TFloat32> gray = luma(tf, x);
    return tf.concat(List.of(gray, gray, gray), tf.constant(0));
  }

  /**
   * Turns the hue.
   *
   * @param turn scalar in [-0.5, 0.5], of the whole circle
   */
  public static Operand<TFloat32> hue(Ops tf, Operand<TFloat32> x, Operand<TFloat32> turn) {
    List<Operand<TFloat32>> rgb = planes(tf, x);
    Operand<TFloat32> value = tf.math.maximum(rgb.get(0), tf.math.maximum(rgb.get(1), rgb.get(2)));
    Operand<TFloat32> least = tf.math.minimum(rgb.get(0), tf.math.minimum(rgb.get(1), rgb.get(2)));
    Operand<TFloat32> chroma = tf.math.sub(value, least);
    Operand<TFloat64> saturation = // 0 for black
        tf.dtypes.cast(
            tf.math.div(chroma, tf.math.maximum(value, tf.constant(1f))), TFloat64.class);
    Operand<TFloat32> s =
        tf.dtypes.cast(tf.math.floor(tf.math.mul(saturation, tf.constant(255.0))), TFloat32.class);
    Operand<TFloat32> h = tf.math.add(hueByte(tf, x, rgb, value, chroma), hueShift(tf, turn));
    h =
        tf.math.sub(
            h,
            tf.math.mul(tf.math.floor(tf.math.mul(h, tf.constant(1 / 256f))), tf.constant(256f)));
    return fromHsv(tf, h, s, value);
  }

  /** Bytes to turn by: towards zero, as numpy's cast. */
  private static Operand<TFloat32> hueShift(Ops tf, Operand<TFloat32> turn) {
    Operand<TFloat32> bytes = tf.math.mul(turn, tf.constant(255f));
    return tf.math.mul(tf.math.sign(bytes), tf.math.floor(tf.math.abs(bytes)));
  }

  /**
   * PIL's hue, 0..255, with its mixture of float and double: where 255 h is a whole number the last
   * bit decides, and one byte of hue is up to six grey levels.
   */
  private static Operand<TFloat32> hueByte(
      Ops tf,
      Operand<TFloat32> x,
      List<Operand<TFloat32>> rgb,
      Operand<TFloat32> value,
      Operand<TFloat32> chroma) {
    Operand<TFloat32> below =
        tf.math.div(tf.math.sub(value, x), tf.math.maximum(chroma, tf.constant(1f)));
    List<Operand<TFloat64>> c = planes(tf, tf.dtypes.cast(below, TFloat64.class));
    Operand<TBool> red = tf.math.equal(rgb.get(0), value);
    Operand<TBool> green = tf.math.equal(rgb.get(1), value);
    Operand<TFloat64> sixth =
        tf.select(
            red,
            tf.math.sub(c.get(2), c.get(1)),
            tf.select(
                green,
                tf.math.sub(tf.math.add(c.get(0), tf.constant(2.0)), c.get(2)),
                tf.math.sub(tf.math.add(c.get(1), tf.constant(4.0)), c.get(0))));
    Operand<TFloat64> turn =
        tf.math.add(tf.math.div(single(tf, sixth), tf.constant(6.0)), tf.constant(1.0));
    Operand<TFloat64> h = single(tf, tf.math.sub(turn, tf.math.floor(turn)));
    return tf.dtypes.cast(tf.math.floor(tf.math.mul(h, tf.constant(255.0))), TFloat32.class);
  }

  /** Rounded to float. */
  private static Operand<TFloat64> single(Ops tf, Operand<TFloat64> x) {
    return tf.dtypes.cast(tf.dtypes.cast(x, TFloat32.class), TFloat64.class);
  }

  /**
   * {@code v (1 - s g)} with g the triangle wave of each colour's distance on the circle.
   *
   * @param h [height, width], 0..255
   * @param s likewise
   * @param v likewise
   */
  private static Operand<TFloat32> fromHsv(
      Ops tf, Operand<TFloat32> h, Operand<TFloat32> s, Operand<TFloat32> v) {
    Operand<TFloat32> sixths = tf.math.mul(h, tf.constant(6 / 255f)); // [height, width], 0..6
    Operand<TFloat32> offsets =
        tf.reshape(tf.constant(new float[] {0, -2, -4}), tf.constant(new int[] {3, 1, 1}));
    Operand<TFloat32> three = tf.constant(3f);
    Operand<TFloat32> distance = // [3, height, width]; 0 where the colour is weakest
        tf.math.abs(tf.math.sub(tf.math.abs(tf.math.add(sixths, offsets)), three));
    Operand<TFloat32> g =
        tf.clipByValue(tf.math.sub(tf.constant(2f), distance), tf.constant(0f), tf.constant(1f));
    Operand<TFloat32> depth = tf.math.mul(v, tf.math.mul(s, tf.constant(1 / 255f)));
    return Planar.round(tf, tf.math.sub(v, tf.math.mul(depth, g)));
  }

  /** PIL's blend: towards {@code base} below 1, away from it above. */
  private static Operand<TFloat32> blend(
      Ops tf, Operand<TFloat32> base, Operand<TFloat32> x, Operand<TFloat32> factor) {
    Operand<TFloat32> mixed = tf.math.add(tf.math.mul(tf.math.sub(x, base), factor), base);
    return tf.math.floor(tf.clipByValue(mixed, tf.constant(0f), tf.constant(255f)));
  }

  /** PIL's conversion to "L": [1, height, width]. */
  private static Operand<TFloat32> luma(Ops tf, Operand<TFloat32> x) {
    Operand<TInt32> shape = tf.shape(x);
    Operand<TFloat32> weights = // in 65536ths
        tf.constant(new float[][] {{19595 / 65536f, 38470 / 65536f, 7471 / 65536f}});
    Operand<TFloat32> gray =
        tf.linalg.matMul(weights, tf.reshape(x, tf.constant(new int[] {3, -1})));
    Operand<TInt32> plane = tf.slice(shape, tf.constant(new int[] {1}), tf.constant(new int[] {2}));
    return Planar.round(
        tf,
        tf.reshape(gray, tf.concat(List.of(tf.constant(new int[] {1}), plane), tf.constant(0))));
  }

  private static <T extends TNumber> List<Operand<T>> planes(Ops tf, Operand<T> x) {
    List<Operand<T>> planes = new ArrayList<>();
    tf.unstack(x, 3L, Unstack.axis(0L)).output().forEach(planes::add);
    return planes;
  }
}
