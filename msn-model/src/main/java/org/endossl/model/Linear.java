package org.endossl.model;

import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** {@code x W + b}. */
final class Linear {
  /**
   * Its weights.
   *
   * @param kernel [in, out]
   * @param bias [out]
   */
  record Weights(Operand<TFloat32> kernel, Operand<TFloat32> bias) {}

  private Linear() {}

  /** Kernel drawn with std 0.02, bias zero: {@code init_model} of facebookresearch/msn. */
  static Weights create(VariableStore store, String name, int in, int out) {
    return create(store, name, in, out, Initializer.truncatedNormal(0.02));
  }

  static Weights create(VariableStore store, String name, int in, int out, Initializer kernel) {
    return new Weights(
        store.variable(name + ".kernel", Shape.of(in, out), kernel, true).value(),
        store.variable(name + ".bias", Shape.of(out), Initializer.zeros(), true).value());
  }

  static Operand<TFloat32> apply(Ops tf, Weights w, Operand<TFloat32> x) { // x [rows, in]
    return tf.nn.biasAdd(tf.linalg.matMul(x, w.kernel()), w.bias()); // [rows, out]
  }
}
