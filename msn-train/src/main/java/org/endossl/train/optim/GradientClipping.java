package org.endossl.train.optim;

import java.util.ArrayList;
import java.util.List;
import org.endossl.model.ops.FusedOps;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * Scales gradients to a largest global norm, as {@code torch.nn.utils.clip_grad_norm_}: the factor
 * is {@code min(1, most / (norm + 1e-6))}.
 *
 * @param norm the global norm before clipping, scalar
 * @param factor what the gradients are multiplied by, scalar
 * @param gradients the scaled gradients, in the order given
 */
public record GradientClipping(
    Operand<TFloat32> norm, Operand<TFloat32> factor, List<Operand<TFloat32>> gradients) {
  public GradientClipping {
    gradients = List.copyOf(gradients);
  }

  /**
   * Clips together.
   *
   * @param most the largest norm; 0 leaves the gradients as they are
   * @param fused whether the norm is one native op
   */
  public static GradientClipping apply(
      Ops tf, List<Operand<TFloat32>> gradients, double most, boolean fused) {
    Operand<TFloat32> norm = fused ? FusedOps.globalNorm(tf, gradients) : norm(tf, gradients);
    if (most == 0) {
      return new GradientClipping(norm, tf.constant(1f), gradients);
    }
    Operand<TFloat32> factor =
        tf.math.minimum(
            tf.constant(1f),
            tf.math.div(tf.constant((float) most), tf.math.add(norm, tf.constant(1e-6f))));
    List<Operand<TFloat32>> scaled = new ArrayList<>();
    for (Operand<TFloat32> gradient : gradients) {
      scaled.add(tf.math.mul(gradient, factor));
    }
    return new GradientClipping(norm, factor, scaled);
  }

  private static Operand<TFloat32> norm(Ops tf, List<Operand<TFloat32>> gradients) {
    List<Operand<TFloat32>> halfSquares = new ArrayList<>();
    for (Operand<TFloat32> gradient : gradients) {
      halfSquares.add(tf.nn.l2Loss(gradient));
    }
    return tf.math.sqrt(tf.math.mul(tf.math.addN(halfSquares), tf.constant(2f)));
  }
}
