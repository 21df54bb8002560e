package org.endossl.model;

import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.ReduceSum;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/**
 * The loss of Masked Siamese Networks (Assran et al. 2022, section 3). Source: {@code losses.py} of
 * facebookresearch/msn, on one process, with one-hot prototype labels without smoothing.
 *
 * <p>With {@code p = softmax(cos(anchor, prototypes) / temperature)} and {@code q} the targets: the
 * cross-entropy is the mean of {@code -sum q log p}, me-max is {@code sum m log m + log K} for the
 * mean prediction {@code m}, the entropy is the mean of {@code -sum p log p}.
 *
 * <p>Deviations: logarithms come from the log-softmax where the original takes {@code log(p^-q)},
 * which is infinite where p has underflowed to 0 and the same elsewhere; a target is {@code
 * softmax(logits / sharpening)} instead of {@code p^(1/T)} divided by its sum, the same number; in
 * me-max a mean prediction of 0 counts 0 with a finite gradient; in Sinkhorn a prototype or sample
 * of total weight 0 keeps weight 0 instead of becoming NaN.
 */
public final class MsnLoss {
  private static final int SINKHORN_ITERATIONS = 3;

  /**
   * What it gives; scalars but for the targets.
   *
   * @param crossEntropy differentiable by anchors and prototypes
   * @param meMax negative entropy of the mean prediction plus log K, {@code >= 0}
   * @param entropy mean entropy of the predictions
   * @param maxTarget mean of the largest target of each row
   * @param distinctPrototypes how many prototypes are some target's largest
   * @param targets [views * batch, K]
   */
  public record Output(
      Operand<TFloat32> crossEntropy,
      Operand<TFloat32> meMax,
      Operand<TFloat32> entropy,
      Operand<TFloat32> maxTarget,
      Operand<TFloat32> distinctPrototypes,
      Operand<TFloat32> targets) {}

  private MsnLoss() {}

  /**
   * The loss.
   *
   * @param anchors [views * batch, d], all of the first view before the second; need not be
   *     normalised
   * @param targets [batch, d]; no gradient flows
   * @param prototypes [K, d]; gradient flows by the anchors' side only
   * @param views anchor views per target
   * @param temperature of the predictions, {@code > 0}
   * @param sharpening scalar temperature that sharpens targets, {@code > 0}
   * @param sinkhorn scalar: balance the targets by three Sinkhorn-Knopp iterations; null leaves it
   *     out of the graph
   */
  public static Output apply(
      Ops tf,
      Operand<TFloat32> anchors,
      Operand<TFloat32> targets,
      Operand<TFloat32> prototypes,
      int views,
      double temperature,
      Operand<TFloat32> sharpening,
      @Nullable Operand<TBool> sinkhorn) {
    if (!(temperature > 0)) {
      throw new IllegalArgumentException("temperature: got " + temperature + ", wanted > 0");
    }
    Operand<TFloat32> unit = normalized(tf, prototypes);
    Operand<TFloat32> logits = similarity(tf, anchors, unit, temperature); // [views * batch, K]
    Operand<TFloat32> q =
        targets(tf, similarity(tf, targets, unit, temperature), sharpening, sinkhorn);
    Operand<TFloat32> all =
        views == 1 ? q : tf.tile(q, tf.constant(new int[] {views, 1})); // [views * batch, K]

    Operand<TFloat32> logP = tf.nn.logSoftmax(logits);
    Operand<TFloat32> p = tf.nn.softmax(logits);
    return new Output(
        negativeMean(tf, tf.math.mul(all, logP)),
        meMax(tf, tf.math.mean(p, tf.constant(0)), prototypes.shape().get(0)),
        negativeMean(tf, tf.math.mul(p, logP)),
        tf.math.mean(tf.reduceMax(q, tf.constant(1)), tf.constant(0)),
        distinct(tf, q),
        all);
  }

  /** Sharpened, perhaps balanced, without gradient: [batch, K]. */
  private static Operand<TFloat32> targets(
      Ops tf,
      Operand<TFloat32> logits,
      Operand<TFloat32> sharpening,
      @Nullable Operand<TBool> sinkhorn) {
    Operand<TFloat32> sharp = tf.nn.softmax(tf.math.div(tf.stopGradient(logits), sharpening));
    if (sinkhorn != null) {
      sharp = tf.select(sinkhorn, sinkhorn(tf, sharp), sharp);
    }
    return tf.stopGradient(sharp);
  }

  /**
   * Sinkhorn-Knopp: prototypes get equal weight, then samples. The original divides by K and by the
   * number of samples in between, which the next normalisation takes back.
   *
   * @param targets [batch, K]
   * @return [batch, K], rows sum to 1
   */
  static Operand<TFloat32> sinkhorn(Ops tf, Operand<TFloat32> targets) {
    Operand<TFloat32> q = targets;
    for (int i = 0; i < SINKHORN_ITERATIONS; i++) {
      for (int axis = 0; axis < 2; axis++) {
        q = tf.math.divNoNan(q, tf.reduceSum(q, tf.constant(axis), ReduceSum.keepDims(true)));
      }
    }
    return q;
  }

  /** Cosine over temperature: [rows, d] by [K, d] to [rows, K]. */
  private static Operand<TFloat32> similarity(
      Ops tf, Operand<TFloat32> x, Operand<TFloat32> unit, double temperature) {
    Operand<TFloat32> cosine = tf.linalg.matMul(normalized(tf, x), unit, MatMul.transposeB(true));
    return tf.math.div(cosine, tf.constant((float) temperature));
  }

  /** Rows over {@code max(norm, 1e-12)}, as PyTorch's normalize. */
  private static Operand<TFloat32> normalized(Ops tf, Operand<TFloat32> x) {
    Operand<TFloat32> squares =
        tf.reduceSum(tf.math.square(x), tf.constant(1), ReduceSum.keepDims(true));
    return tf.math.mul(x, tf.math.rsqrt(tf.math.maximum(squares, tf.constant(1e-24f))));
  }

  private static Operand<TFloat32> meMax(Ops tf, Operand<TFloat32> mean, long prototypes) {
    Operand<TFloat32> log = tf.math.log(tf.math.maximum(mean, tf.constant(Float.MIN_NORMAL)));
    return tf.math.add(
        tf.reduceSum(tf.math.mul(mean, log), tf.constant(0)),
        tf.constant((float) Math.log((double) prototypes)));
  }

  private static Operand<TFloat32> negativeMean(Ops tf, Operand<TFloat32> x) {
    return tf.math.neg(tf.math.mean(tf.reduceSum(x, tf.constant(1)), tf.constant(0)));
  }

  private static Operand<TFloat32> distinct(Ops tf, Operand<TFloat32> q) {
    Operand<TInt64> largest = tf.math.argMax(q, tf.constant(1));
    return tf.dtypes.cast(
        tf.size(tf.unique(largest, tf.constant(new int[] {0})).y()), TFloat32.class);
  }
}
