package org.endossl.model;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** {@code x * Phi(x)} with the exact error function, as PyTorch's default. */
final class Gelu {
  private Gelu() {}

  /** The order of the products is the one that TensorFlow fuses with a matrix product. */
  static Operand<TFloat32> apply(Ops tf, Operand<TFloat32> x) {
    Operand<TFloat32> erf = tf.math.erf(tf.math.mul(x, tf.constant((float) Math.sqrt(0.5))));
    Operand<TFloat32> phi = tf.math.mul(tf.math.add(erf, tf.constant(1f)), tf.constant(0.5f));
    return tf.math.mul(phi, x);
  }
}
