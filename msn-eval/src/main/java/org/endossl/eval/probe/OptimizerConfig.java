package org.endossl.eval.probe;

import org.endossl.train.config.Require;

/**
 * One of the optimizers of endossl's {@code train_lib.py}, {@code get_optimizer}.
 *
 * @param name which
 * @param learningRate at the start
 * @param momentum of momentum, nesterov and rmsprop
 * @param weightDecay of adamw, momentum, nesterov and sgd
 */
public record OptimizerConfig(Name name, double learningRate, double momentum, double weightDecay) {
  /** The names endossl knows, and msn's. */
  public enum Name {
    /** Keras' Adam, without decay. */
    ADAM,
    /** TensorFlow Addons' AdamW. */
    ADAMW,
    /** Keras' RMSprop with momentum, without decay. */
    RMSPROP,
    /** Keras' SGD with momentum. */
    MOMENTUM,
    /** facebookresearch/msn's own SGD with Nesterov's momentum, of its linear evaluation. */
    NESTEROV,
    /** Keras' SGD. */
    SGD
  }

  public OptimizerConfig {
    Require.within("learning_rate", learningRate, 0, 1e3);
    Require.within("momentum", momentum, 0, 1);
    Require.within("weight_decay", weightDecay, 0, 1);
  }
}
