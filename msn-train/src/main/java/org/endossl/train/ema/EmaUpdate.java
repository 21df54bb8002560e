package org.endossl.train.ema;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.Operation;
import org.tensorflow.Output;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.VarHandleOp;
import org.tensorflow.op.train.ResourceApplyGradientDescent;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TString;
import org.tensorflow.types.family.TType;

/**
 * {@code target += (float) (1 - momentum) * (online - target)} over lists of variables, behind the
 * optimizer's updates. Source: step 5 of facebookresearch/msn's training step.
 *
 * <p>Deviation: the original computes {@code m * target + (1 - m) * online}. The difference form
 * rounds the small step instead of two large products: about two thirds of the rounding error near
 * m = 1, and a target that equals its online value stays untouched. Momentum is a double until
 * {@code 1 - m} is taken: as a float 0.99999 would be 0.14 % off.
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
   * @param targets handles of float32 resource variables, each once, with values from before the
   *     run
   * @param onlines handles of as many variables, of the same shapes
   * @param momentum scalar in [0, 1]
   * @param after the ops that must have run before an online variable is read
   * @return the op to run
   * @throws IllegalArgumentException if the lists differ in length, are empty or name a target
   *     twice
   * @throws IllegalStateException if {@code NATIVE} is asked for and not loaded
   */
  public static Op build(
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
    // One node stands for all of them, or the graph would have their number squared in edges.
    Ops scoped = tf.withSubScope(OP_TYPE);
    Op barrier = scoped.withControlDependencies(List.copyOf(after)).withName("after").noOp();
    Ops late = scoped.withControlDependencies(List.of(barrier));
    List<Operand<TFloat32>> values = new ArrayList<>();
    for (Operand<? extends TType> online : onlines) {
      values.add(late.readVariableOp(online, TFloat32.class));
    }
    return fused
        ? fused(late, allInitialized(scoped, targets), targets, values, momentum) // looks at once
        : composite(late, targets, values, momentum);
  }

  private static Op fused(
      Ops tf,
      Op initialized,
      List<? extends Operand<? extends TType>> targets,
      List<Operand<TFloat32>> onlines,
      Operand<TFloat64> momentum) {
    Operation update =
        tf.withControlDependencies(List.of(initialized))
            .scope()
            .opBuilder(OP_TYPE, OP_TYPE)
            .addInputList(outputs(targets))
            .addInputList(outputs(onlines))
            .addInput(momentum.asOutput())
            .build();
    return () -> update;
  }

  /** The kernel interface would say "Invalid variable reference" only. */
  private static Op allInitialized(Ops tf, List<? extends Operand<? extends TType>> targets) {
    List<Operand<TBool>> each = new ArrayList<>();
    for (Operand<? extends TType> target : targets) {
      each.add(tf.varIsInitializedOp(target));
    }
    Operand<TBool> written = tf.stack(each);
    Operand<TString> names =
        tf.constant(
            NdArrays.vectorOfObjects(
                targets.stream().map(t -> variableName(t.asOutput().op())).toArray(String[]::new)));
    return tf.assertThat(
        tf.all(written, tf.constant(0)),
        List.of(
            tf.constant("EmaUpdate: targets without a value:"),
            tf.gather(
                names,
                tf.reshape(tf.where(tf.math.logicalNot(written)), tf.constant(new int[] {-1})),
                tf.constant(0))));
  }

  private static Op composite(
      Ops tf,
      List<? extends Operand<? extends TType>> targets,
      List<Operand<TFloat32>> onlines,
      Operand<TFloat64> momentum) {
    Op inRange =
        tf.assertThat(
            tf.math.logicalAnd(
                tf.math.greaterEqual(momentum, tf.constant(0.0)),
                tf.math.lessEqual(momentum, tf.constant(1.0))),
            List.of(
                tf.constant("EmaUpdate: momentum: got"), momentum, tf.constant("wanted [0, 1]")));
    Operand<TFloat32> alpha =
        tf.withControlDependencies(inRange)
            .dtypes
            .cast(tf.math.sub(tf.constant(1.0), momentum), TFloat32.class);
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
    return tf.withControlDependencies(updates).noOp();
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
      String name = variableName(target.asOutput().op());
      if (!seen.add(name)) {
        throw new IllegalArgumentException("EmaUpdate: target " + name + " is given twice");
      }
    }
  }

  /** Two handles of one variable have the same shared name. */
  private static String variableName(Operation handle) {
    String shared =
        handle instanceof GraphOperation op && op.type().equals(VarHandleOp.OP_NAME)
            ? op.attributes().getAttrString("shared_name")
            : "";
    return shared.isEmpty() ? handle.name() : shared;
  }
}
