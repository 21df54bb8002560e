package org.endossl.model;

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
}
