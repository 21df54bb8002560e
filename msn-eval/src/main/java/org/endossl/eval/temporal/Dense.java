package org.endossl.eval.temporal;

import org.endossl.model.Initializer;
import org.endossl.model.VariableStore;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** {@code x W + b}, drawn as PyTorch draws its convolutions: uniform within 1 / sqrt(inputs). */
record Dense(Operand<TFloat32> kernel, Operand<TFloat32> bias) {
  static Dense create(VariableStore store, String name, int in, int out) {
    Initializer initial = Initializer.uniform(1 / Math.sqrt(in));
    return new Dense(
        store.variable(name + ".kernel", Shape.of(in, out), initial, true).value(),
        store.variable(name + ".bias", Shape.of(out), initial, true).value());
  }

  Operand<TFloat32> apply(Ops tf, Operand<TFloat32> x) { // x [rows, in]
    return tf.nn.biasAdd(tf.linalg.matMul(x, kernel), bias); // [rows, out]
  }
}
