package org.endossl.model.resnet;

import java.util.List;
import org.endossl.model.Initializer;
import org.endossl.model.ModelVariable;
import org.endossl.model.VariableStore;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.nn.FusedBatchNorm;
import org.tensorflow.types.TFloat32;

/**
 * BatchNorm over the channels of maps as Keras 2's fused layer: eps 1.001e-5 (ResNet's), momentum
 * 0.99; the moving variance takes the unbiased one.
 */
final class KerasBatchNorm {
  static final float EPS = 1.001e-5f;
  static final float MOMENTUM = 0.99f;

  /**
   * Its weights, each [channels].
   *
   * @param mean not trained
   * @param variance not trained
   */
  record Weights(
      Operand<TFloat32> gamma,
      Operand<TFloat32> beta,
      ModelVariable mean,
      ModelVariable variance) {}

  private KerasBatchNorm() {}

  static Weights create(VariableStore store, String name, int channels) {
    Shape shape = Shape.of(channels);
    return new Weights(
        store.variable(name + ".gamma", shape, Initializer.ones(), true).value(),
        store.variable(name + ".beta", shape, Initializer.zeros(), true).value(),
        store.variable(name + ".moving_mean", shape, Initializer.zeros(), false),
        store.variable(name + ".moving_variance", shape, Initializer.ones(), false));
  }

  /** Normalises with the moving averages: x [batch, h, w, channels], the result likewise. */
  static Operand<TFloat32> infer(Ops tf, Weights w, Operand<TFloat32> x) {
    return tf.nn
        .fusedBatchNorm(
            x,
            w.gamma(),
            w.beta(),
            w.mean().value(),
            w.variance().value(),
            FusedBatchNorm.epsilon(EPS),
            FusedBatchNorm.isTraining(false))
        .y();
  }

  /**
   * Normalises with the statistics of the batch.
   *
   * @param updates takes the two updates of the moving averages
   */
  static Operand<TFloat32> train(Ops tf, Weights w, Operand<TFloat32> x, List<Op> updates) {
    Operand<TFloat32> none = tf.constant(new float[0]);
    FusedBatchNorm<TFloat32, TFloat32> norm =
        tf.nn.fusedBatchNorm(
            x,
            w.gamma(),
            w.beta(),
            none,
            none,
            FusedBatchNorm.epsilon(EPS),
            FusedBatchNorm.isTraining(true));
    updates.add(update(tf, w.mean(), norm.batchMean()));
    updates.add(update(tf, w.variance(), norm.batchVariance()));
    return norm.y();
  }

  /** {@code average -= (average - statistic) * (1 - momentum)}, as Keras writes it. */
  private static Op update(Ops tf, ModelVariable average, Operand<TFloat32> statistic) {
    Operand<TFloat32> difference = tf.math.sub(average.value(), statistic);
    return tf.assignSubVariableOp(
        average.handle(), tf.math.mul(difference, tf.constant(1 - MOMENTUM)));
  }
}
