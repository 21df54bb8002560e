package org.endossl.model;

import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.math.Mean;
import org.tensorflow.types.TFloat32;

/** {@code (x - mean) / sqrt(var + eps) * weight + bias} over the last axis, biased variance. */
final class LayerNorm {
  /**
   * Its weights.
   *
   * @param weight [width]
   * @param bias [width]
   */
  record Weights(Operand<TFloat32> weight, Operand<TFloat32> bias) {}

  private LayerNorm() {}

  static Weights create(VariableStore store, String name, int width) {
    return new Weights(
        store.variable(name + ".weight", Shape.of(width), Initializer.ones(), true).value(),
        store.variable(name + ".bias", Shape.of(width), Initializer.zeros(), true).value());
  }

  static Operand<TFloat32> apply(
      Ops tf, Weights w, Operand<TFloat32> x, double eps) { // x [rows, width]
    Operand<TFloat32> centred = tf.math.sub(x, mean(tf, x));
    Operand<TFloat32> variance = mean(tf, tf.math.square(centred));
    Operand<TFloat32> scaled =
        tf.math.mul(centred, tf.math.rsqrt(tf.math.add(variance, tf.constant((float) eps))));
    return tf.nn.biasAdd(tf.math.mul(scaled, w.weight()), w.bias());
  }

  private static Operand<TFloat32> mean(Ops tf, Operand<TFloat32> x) {
    return tf.math.mean(x, tf.constant(1), Mean.keepDims(true)); // [rows, 1]
  }
}
