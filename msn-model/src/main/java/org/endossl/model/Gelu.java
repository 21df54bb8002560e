package org.endossl.model;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** {@code x * Phi(x)}: with the exact error function, as PyTorch's default, or by tanh. */
final class Gelu {
  private Gelu() {}

  static Operand<TFloat32> apply(Ops tf, VitConfig.Activation form, Operand<TFloat32> x) {
    return form == VitConfig.Activation.GELU_TANH ? tanh(tf, x) : apply(tf, x);
  }

  /** {@code x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2}, jax.nn.gelu's approximation. */
  private static Operand<TFloat32> tanh(Ops tf, Operand<TFloat32> x) {
    Operand<TFloat32> cube = tf.math.mul(x, tf.math.mul(x, x));
    Operand<TFloat32> inner = tf.math.add(x, tf.math.mul(cube, tf.constant(0.044715f)));
    Operand<TFloat32> bent =
        tf.math.tanh(tf.math.mul(inner, tf.constant((float) Math.sqrt(2 / Math.PI))));
    Operand<TFloat32> phi = tf.math.mul(tf.math.add(bent, tf.constant(1f)), tf.constant(0.5f));
    return tf.math.mul(phi, x);
  }

  /** The order of the products is the one that TensorFlow fuses with a matrix product. */
  static Operand<TFloat32> apply(Ops tf, Operand<TFloat32> x) {
    Operand<TFloat32> erf = tf.math.erf(tf.math.mul(x, tf.constant((float) Math.sqrt(0.5))));
    Operand<TFloat32> phi = tf.math.mul(tf.math.add(erf, tf.constant(1f)), tf.constant(0.5f));
    return tf.math.mul(phi, x);
  }
}
