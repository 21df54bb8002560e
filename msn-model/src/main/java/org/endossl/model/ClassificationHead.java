package org.endossl.model;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** One linear layer on features, to a logit per class or label: {@code classifier.*}. */
public final class ClassificationHead {
  /** How its kernel is drawn; its bias is zero. */
  public enum Start {
    /** Normal with deviation 0.01: {@code LinearClassifier} of facebookresearch/msn. */
    NORMAL,
    /** Glorot's uniform: Keras' {@code Dense}, as endossl's {@code LinearFineTuneModel} has it. */
    GLOROT,
    /** Zeros. */
    ZEROS
  }

  /** Its weights, made by {@link #create}. */
  public static final class Weights {
    private final Linear.Weights linear;

    private Weights(Linear.Weights linear) {
      this.linear = linear;
    }
  }

  private ClassificationHead() {}

  /**
   * Creates the variables {@code classifier.kernel} [width, classes] and {@code classifier.bias}.
   *
   * @param width of the features
   * @param classes logits, at least 1
   */
  public static Weights create(VariableStore store, int width, int classes, Start start) {
    if (classes < 1) {
      throw new IllegalArgumentException("classes: got " + classes + ", wanted at least 1");
    }
    Initializer kernel =
        switch (start) {
          case NORMAL -> Initializer.normal(0.01);
          case GLOROT -> Initializer.uniform(Math.sqrt(6.0 / (width + classes)));
          case ZEROS -> Initializer.zeros();
        };
    return new Weights(Linear.create(store, "classifier", width, classes, kernel));
  }

  /**
   * The logits.
   *
   * @param features [rows, width]
   * @return [rows, classes]
   */
  public static Operand<TFloat32> apply(Ops tf, Weights w, Operand<TFloat32> features) {
    return Linear.apply(tf.withSubScope("classifier"), w.linear, features);
  }
}
