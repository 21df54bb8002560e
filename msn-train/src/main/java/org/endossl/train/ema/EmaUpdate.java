package org.endossl.train.ema;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.tensorflow.Operand;
import org.tensorflow.Operation;
import org.tensorflow.Output;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.train.ResourceApplyGradientDescent;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.family.TType;

/**
 * {@code target += (float) (1 - momentum) * (online - target)} over lists of variables, behind the
 * optimizer's updates. Source: step 5 of facebookresearch/msn's training step.
 *
 * <p>Deviation: the original computes {@code m * target + (1 - m) * online}. The difference form
 * rounds the small step instead of the large sum, so it has half the rounding error near m = 1 and
 * leaves a target that equals its online value untouched. Momentum is a double until {@code 1 - m}
 * is taken: as a float 0.99999 would be 0.14 % off.
 */
public final class EmaUpdate {
  /** The type of the native node. */
  public static final String OP_TYPE = "EmaUpdate";

  /** How the update is computed; all forms give the same bits. */
  public enum Form {
    /** Native where {@link EmaLibrary} has loaded it, else composite. */
    AUTO,
    /** One fused node over all variables, in place; CPU only. */
    NATIVE,
    /** TensorFlow's own ops, one pass more over memory; any device. */
    COMPOSITE
  }

  private EmaUpdate() {}

  /**
   * Builds the update.
   *
   * @param targets handles of float32 resource variables, each once
   * @param onlines handles of as many variables, of the same shapes
   * @param momentum scalar in [0, 1]
   * @param after the ops that must have run before an online variable is read
   * @return the op to run
   * @throws IllegalArgumentException if the lists differ in length, are empty or name a target
   *     twice
   * @throws IllegalStateException if {@code NATIVE} is asked for and not loaded
   */
  public static Operation build(
      Ops tf,
      List<? extends Operand<? extends TType>> targets,
      List<? extends Operand<? extends TType>> onlines,
      Operand<TFloat64> momentum,
      List<? extends Op> after,
      Form form) {
    check(targets, onlines);
    boolean fused = form == Form.NATIVE || (form == Form.AUTO && EmaLibrary.status().loaded());
    if (fused && !EmaLibrary.status().loaded()) {
      throw new IllegalStateException("EmaUpdate: " + EmaLibrary.status().reason());
    }
    Ops late = tf.withSubScope(OP_TYPE).withControlDependencies(List.copyOf(after));
    List<Operand<TFloat32>> values = new ArrayList<>();
    for (Operand<? extends TType> online : onlines) {
      values.add(late.readVariableOp(online, TFloat32.class));
    }
    return fused
        ? fused(late, targets, values, momentum)
        : composite(late, targets, values, momentum);
  }

  private static Operation fused(
      Ops tf,
      List<? extends Operand<? extends TType>> targets,
      List<Operand<TFloat32>> onlines,
      Operand<TFloat64> momentum) {
    return tf.scope()
        .opBuilder(OP_TYPE, OP_TYPE)
        .addInputList(outputs(targets))
        .addInputList(outputs(onlines))
        .addInput(momentum.asOutput())
        .build();
  }

  private static Operation composite(
      Ops tf,
      List<? extends Operand<? extends TType>> targets,
      List<Operand<TFloat32>> onlines,
      Operand<TFloat64> momentum) {
    Operand<TFloat32> alpha =
        tf.dtypes.cast(tf.math.sub(tf.constant(1.0), momentum), TFloat32.class);
    List<Op> updates = new ArrayList<>();
    for (int i = 0; i < targets.size(); i++) {
      Operand<TFloat32> target = tf.readVariableOp(targets.get(i), TFloat32.class);
      updates.add(
          tf.train.resourceApplyGradientDescent(
              targets.get(i),
              alpha,
              tf.math.sub(target, onlines.get(i)),
              ResourceApplyGradientDescent.useLocking(true)));
    }
    return tf.withControlDependencies(updates).noOp().op();
  }

  private static Output<?>[] outputs(List<? extends Operand<?>> operands) {
    return operands.stream().map(Operand::asOutput).toArray(Output<?>[]::new);
  }

  private static void check(
      List<? extends Operand<? extends TType>> targets,
      List<? extends Operand<? extends TType>> onlines) {
    if (targets.isEmpty() || targets.size() != onlines.size()) {
      throw new IllegalArgumentException(
          "EmaUpdate: got "
              + targets.size()
              + " targets and "
              + onlines.size()
              + " online variables, wanted as many of each, at least one");
    }
    Set<String> seen = new HashSet<>();
    for (Operand<? extends TType> target : targets) {
      String name = target.asOutput().op().name();
      if (!seen.add(name)) {
        throw new IllegalArgumentException("EmaUpdate: target " + name + " is given twice");
      }
    }
  }
}
