package org.endossl.data.augment;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Stack;
import org.tensorflow.op.core.Unstack;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TUint8;

/** Model Garden's operations on each value by itself or by its channel's histogram. */
final class ToneOps {
  private static final int LEVELS = 256;
  private static final int THRESHOLD = 128; // of SolarizeAdd

  private ToneOps() {}

  /** What is done to one channel, [height, width]. */
  private interface Channel {
    Operand<TUint8> apply(Ops tf, Operand<TUint8> x);
  }

  private static Operand<TUint8> perChannel(Ops tf, Operand<TUint8> image, Channel channel) {
    List<Operand<TUint8>> done = new ArrayList<>();
    for (Operand<TUint8> plane : tf.unstack(image, 3L, Unstack.axis(2L)).output()) {
      done.add(channel.apply(tf, plane));
    }
    return tf.stack(done, Stack.axis(2L));
  }

  /** Stretches each channel to 0..255; one of a single value stays. */
  static Operand<TUint8> autoContrast(Ops tf, Operand<TUint8> image) {
    return perChannel(tf, image, ToneOps::stretch);
  }

  private static Operand<TUint8> stretch(Ops tf, Operand<TUint8> x) {
    Operand<TFloat32> values = tf.dtypes.cast(x, TFloat32.class);
    Operand<TInt32> all = tf.constant(new int[] {0, 1});
    Operand<TFloat32> low = tf.reduceMin(values, all);
    Operand<TFloat32> high = tf.reduceMax(values, all);
    Operand<TFloat32> scale =
        tf.math.div(tf.constant(255f), tf.math.maximum(tf.math.sub(high, low), tf.constant(1f)));
    Operand<TFloat32> offset = tf.math.mul(tf.math.neg(low), scale);
    Operand<TFloat32> y = tf.math.add(tf.math.mul(values, scale), offset);
    return tf.select(tf.math.greater(high, low), bytes(tf, y), x);
  }

  /** Evens out each channel's histogram, as PIL does; one with too few other values stays. */
  static Operand<TUint8> equalize(Ops tf, Operand<TUint8> image) {
    return perChannel(tf, image, ToneOps::even);
  }

  private static Operand<TUint8> even(Ops tf, Operand<TUint8> x) {
    Operand<TInt32> values = tf.dtypes.cast(x, TInt32.class);
    Operand<TInt32> zero = tf.constant(0);
    Operand<TInt32> counts = // of each of 256 values
        tf.histogramFixedWidth(values, tf.constant(new int[] {0, LEVELS - 1}), tf.constant(LEVELS));
    Operand<TInt32> highest = tf.reduceMax(values, tf.constant(new int[] {0, 1}));
    Operand<TInt32> others =
        tf.math.sub(
            tf.reduceSum(counts, tf.constant(new int[] {0})), tf.gather(counts, highest, zero));
    Operand<TInt32> step = tf.math.div(others, tf.constant(LEVELS - 1));
    Operand<TInt32> divisor = tf.math.maximum(step, tf.constant(1));
    Operand<TInt32> half = tf.math.div(divisor, tf.constant(2));
    Operand<TInt32> sums = tf.math.cumsum(counts, zero);
    Operand<TInt32> table = tf.math.div(tf.math.add(sums, half), divisor);
    table =
        tf.concat(
            List.of(
                tf.constant(new int[] {0}),
                tf.slice(table, tf.constant(new int[] {0}), tf.constant(new int[] {LEVELS - 1}))),
            zero);
    table = tf.clipByValue(table, zero, tf.constant(LEVELS - 1));
    Operand<TUint8> evened = tf.dtypes.cast(tf.gather(table, values, zero), TUint8.class);
    return tf.select(tf.math.equal(step, zero), x, evened);
  }

  static Operand<TUint8> invert(Ops tf, Operand<TUint8> image) {
    return tf.bitwise.invert(image);
  }

  /**
   * Keeps the highest bits.
   *
   * @param bits scalar, 0 to 8; 0 keeps one, for TensorFlow shifts a byte by at most 7
   */
  static Operand<TUint8> posterize(Ops tf, Operand<TUint8> image, Operand<TFloat32> bits) {
    Operand<TUint8> shift =
        tf.dtypes.cast(
            tf.clipByValue(tf.math.sub(tf.constant(8f), bits), tf.constant(0f), tf.constant(7f)),
            TUint8.class);
    return tf.bitwise.leftShift(tf.bitwise.rightShift(image, shift), shift);
  }

  /** Inverts the values from the threshold on. */
  static Operand<TUint8> solarize(Ops tf, Operand<TUint8> image, Operand<TFloat32> threshold) {
    Operand<TBool> below = tf.math.less(tf.dtypes.cast(image, TFloat32.class), threshold);
    return tf.select(below, image, invert(tf, image));
  }

  /** Adds to the values below 128. */
  static Operand<TUint8> solarizeAdd(Ops tf, Operand<TUint8> image, Operand<TFloat32> addition) {
    Operand<TFloat32> values = tf.dtypes.cast(image, TFloat32.class);
    Operand<TBool> below = tf.math.less(values, tf.constant((float) THRESHOLD));
    return tf.select(below, bytes(tf, tf.math.add(values, addition)), image);
  }

  /** Cut to 0..255 and truncated. */
  static Operand<TUint8> bytes(Ops tf, Operand<TFloat32> x) {
    return tf.dtypes.cast(tf.clipByValue(x, tf.constant(0f), tf.constant(255f)), TUint8.class);
  }
}
