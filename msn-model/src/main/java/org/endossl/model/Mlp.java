package org.endossl.model;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** The MLP of a block: linear, GELU, linear. */
final class Mlp {
  /** Its weights: [width, hidden] and [hidden, width]. */
  record Weights(Linear.Weights fc1, Linear.Weights fc2) {}

  private Mlp() {}

  static Weights create(VariableStore store, String name, int width, int hidden) {
    return new Weights(
        Linear.create(store, name + ".fc1", width, hidden),
        Linear.create(store, name + ".fc2", hidden, width));
  }

  static Operand<TFloat32> apply(
      Ops tf, Weights w, VitConfig.Activation form, Operand<TFloat32> x) { // x [rows, width]
    return Linear.apply(tf, w.fc2(), Gelu.apply(tf, form, Linear.apply(tf, w.fc1(), x)));
  }
}
