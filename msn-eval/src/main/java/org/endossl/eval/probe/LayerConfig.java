package org.endossl.eval.probe;

import org.jspecify.annotations.Nullable;

/**
 * What a linear layer is given and how it starts.
 *
 * @param l2Normalize whether each frame's features are scaled to length 1, as facebookresearch/msn
 *     (behind the norm, where there is one)
 * @param initial the first weights
 * @param schedule of the learning rate, beside its reduction on a plateau
 * @param norm before the layer; absent: none
 */
public record LayerConfig(
    boolean l2Normalize, Initial initial, Schedule schedule, @Nullable Norm norm) {
  /** Whether the features are scaled to length 1 before the layer sees them. */
  boolean scalesFeatures() {
    return l2Normalize && norm == null;
  }

  /** endossl's: features as they are, Keras' first weights, a constant rate. */
  public static final LayerConfig ENDOSSL =
      new LayerConfig(false, Initial.GLOROT, Schedule.CONSTANT, null);

  /** What comes before the layer. */
  public enum Norm {
    /** A LayerNorm that is trained with it: facebookresearch/msn's {@code LinearClassifier}. */
    TRAINED
  }

  /** First weights; biases start at 0. */
  public enum Initial {
    /** Keras' {@code Dense}: uniform in Glorot's limits. */
    GLOROT,
    /** facebookresearch/msn's {@code LinearClassifier}: normal, deviation 0.01. */
    NORMAL
  }

  /** How the learning rate goes. */
  public enum Schedule {
    /** It stays. */
    CONSTANT,
    /** It falls to 0 over all steps as half a cosine, without warm-up. */
    COSINE;

    /** What is left of the rate at a step. */
    double at(long step, long steps) {
      return this == CONSTANT ? 1 : 0.5 * (1 + Math.cos(Math.PI * step / steps));
    }
  }
}
