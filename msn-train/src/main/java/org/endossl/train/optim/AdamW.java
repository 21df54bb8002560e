package org.endossl.train.optim;

import java.util.List;
import org.endossl.model.ops.FusedOps;
import org.tensorflow.Operand;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TType;

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter 2019) as {@code torch.optim.AdamW}
 * computes it: betas 0.9 and 0.999, epsilon 1e-8 added to the bias-corrected root.
 *
 * <p>TensorFlow's Adam kernel adds epsilon to the uncorrected root and corrects in float32.
 * Corrections are therefore taken in double here and enter as scalars: {@code rate * sqrt(c2) / c1}
 * and {@code epsilon * sqrt(c2)}, with {@code c = 1 - beta^t} of the betas that the kernel has,
 * which are the nearest float32 values.
 */
public final class AdamW {
  private static final float BETA1 = 0.9f;
  private static final float BETA2 = 0.999f;
  private static final double EPSILON = 1e-8;

  private final Ops tf;
  private final Placeholder<TFloat32> rate;
  private final Placeholder<TFloat32> epsilon;
  private final Placeholder<TFloat32> decay;
  private final Operand<TFloat32> zero;
  private final Operand<TFloat32> beta1;
  private final Operand<TFloat32> beta2;

  /** Adds the three scalars to the graph. */
  public AdamW(Ops tf) {
    this.tf = tf.withSubScope("adamw");
    Placeholder.Options scalar = Placeholder.shape(org.tensorflow.ndarray.Shape.scalar());
    this.rate = this.tf.withName("rate").placeholder(TFloat32.class, scalar);
    this.epsilon = this.tf.withName("epsilon").placeholder(TFloat32.class, scalar);
    this.zero = this.tf.constant(0f);
    this.beta1 = this.tf.constant(BETA1);
    this.beta2 = this.tf.constant(BETA2);
    this.decay = this.tf.withName("decay").placeholder(TFloat32.class, scalar);
  }

  /** A scalar and what to feed it. */
  public record Feed(Operand<TFloat32> placeholder, float value) {}

  /**
   * What a step is fed.
   *
   * @param step steps done before this one, {@code >= 0}
   * @param learningRate the schedule's rate
   * @param weightDecay the schedule's decay; a step takes {@code learningRate * weightDecay} of a
   *     decayed weight away
   */
  public List<Feed> feeds(long step, double learningRate, double weightDecay) {
    double root = Math.sqrt(1 - Math.pow(BETA2, step + 1.0));
    double corrected = learningRate * root / (1 - Math.pow(BETA1, step + 1.0));
    return List.of(
        new Feed(rate, (float) corrected),
        new Feed(epsilon, (float) (EPSILON * root)),
        new Feed(decay, (float) (learningRate * weightDecay)));
  }

  /**
   * One variable's update.
   *
   * @param handle the resource variable
   * @param value its value before the step, any shape
   * @param firstMoment handle of a variable of the same shape, zero at first
   * @param secondMoment handle of a variable of the same shape, zero at first
   * @param gradient of the same shape
   * @param decayed whether the weight decay applies
   */
  public Op update(
      Operand<? extends TType> handle,
      Operand<TFloat32> value,
      Operand<? extends TType> firstMoment,
      Operand<? extends TType> secondMoment,
      Operand<TFloat32> gradient,
      boolean decayed) {
    Ops after =
        decayed
            ? tf.withControlDependencies(
                tf.train.resourceApplyGradientDescent(handle, decay, value))
            : tf;
    return after.train.resourceApplyAdam(
        handle,
        firstMoment,
        secondMoment,
        zero, // the powers of beta are in the rate
        zero,
        rate,
        beta1,
        beta2,
        epsilon,
        gradient);
  }

  /**
   * The update of many variables as one native op: that of {@link #update} to a unit or two in the
   * last place.
   *
   * @param variables the weights, in the order of the other lists
   * @param firstMoments handles of their first moments
   * @param secondMoments handles of their second moments
   * @param gradients before clipping
   * @param clipFactor what the clipped gradients are multiplied by
   * @param decayed whether the weight decay applies
   * @param clipped whether the gradient is clipped
   */
  public Op updateAll(
      List<? extends Operand<? extends TType>> variables,
      List<? extends Operand<? extends TType>> firstMoments,
      List<? extends Operand<? extends TType>> secondMoments,
      List<Operand<TFloat32>> gradients,
      Operand<TFloat32> clipFactor,
      boolean[] decayed,
      boolean[] clipped) {
    return FusedOps.adamW(
        tf,
        variables,
        firstMoments,
        secondMoments,
        gradients,
        rate,
        epsilon,
        decay,
        clipFactor,
        decayed,
        clipped);
  }
}
