package org.endossl.eval.temporal;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/** Drops a share of the values and scales the others up; a function of its seed. */
final class Dropout {
  private Dropout() {}

  /**
   * Drops values.
   *
   * @param share that is dropped, 0 to below 1
   * @param seed [2] of the step
   * @param place of the layer, so that no two drop alike
   */
  static Operand<TFloat32> apply(
      Ops tf, Operand<TFloat32> x, double share, Operand<TInt64> seed, int place) {
    if (share == 0) {
      return x;
    }
    Operand<TInt64> own = tf.math.add(seed, tf.constant(new long[] {0, 7919L * (place + 1)}));
    Operand<TFloat32> uniform = tf.random.statelessRandomUniform(tf.shape(x), own);
    Operand<TFloat32> kept =
        tf.dtypes.cast(tf.math.greaterEqual(uniform, tf.constant((float) share)), TFloat32.class);
    return tf.math.mul(x, tf.math.mul(kept, tf.constant((float) (1 / (1 - share)))));
  }
}
