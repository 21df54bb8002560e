package org.endossl.model;

import com.google.common.primitives.ImmutableIntArray;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * The projection head: linear, BatchNorm, GELU, twice, and a linear layer. Source: {@code
 * init_model} of facebookresearch/msn.
 */
public final class ProjectionHead {
  /** Its weights, made by {@link #create}. */
  public static final class Weights {
    private final List<Linear.Weights> hidden;
    private final List<BatchNorm.Weights> norms; // empty without BatchNorm
    private final Linear.Weights last;

    private Weights(
        List<Linear.Weights> hidden, List<BatchNorm.Weights> norms, Linear.Weights last) {
      this.hidden = List.copyOf(hidden);
      this.norms = List.copyOf(norms);
      this.last = last;
    }
  }

  /**
   * What it gives.
   *
   * @param z [rows, output]
   * @param runningAverageUpdates to be run with the step; empty without BatchNorm
   */
  public record Output(Operand<TFloat32> z, List<Op> runningAverageUpdates) {
    public Output {
      runningAverageUpdates = List.copyOf(runningAverageUpdates);
    }
  }

  private ProjectionHead() {}

  /**
   * Creates the variables, {@code fc.fc1} to {@code fc.fc3} and {@code fc.bn1}, {@code fc.bn2}.
   *
   * @param width of the encoder
   */
  public static Weights create(VariableStore store, int width, HeadConfig config) {
    List<Linear.Weights> hidden = new ArrayList<>();
    List<BatchNorm.Weights> norms = new ArrayList<>();
    for (int i = 1; i <= 2; i++) {
      hidden.add(
          Linear.create(store, "fc.fc" + i, i == 1 ? width : config.hidden(), config.hidden()));
      if (config.batchNorm()) {
        norms.add(BatchNorm.create(store, "fc.bn" + i, config.hidden()));
      }
    }
    Linear.Weights last = Linear.create(store, "fc.fc3", config.hidden(), config.output());
    return new Weights(hidden, norms, last);
  }

  /**
   * The projections in training mode: BatchNorm uses the statistics of each group's rows.
   *
   * @param compute who computes; float32 in any precision
   * @param x [rows, width], groups of views one after the other
   * @param groups rows of each, at least two with BatchNorm; the running averages move once for
   *     each
   * @throws IllegalArgumentException if there is one row and BatchNorm
   */
  public static Output apply(
      Ops tf, Weights w, Compute compute, Operand<TFloat32> x, int... groups) {
    ImmutableIntArray sizes = ImmutableIntArray.copyOf(groups);
    if (!w.norms.isEmpty() && sizes.contains(1)) {
      throw new IllegalArgumentException(
          "projection head: got 1 row, wanted at least 2 for the statistics of BatchNorm");
    }
    Ops scoped = tf.withSubScope("head");
    Arithmetic arithmetic =
        Arithmetic.of(new Compute(Compute.Precision.FLOAT32, compute.kernels()));
    List<Op> updates = new ArrayList<>();
    Operand<TFloat32> y = x;
    for (int i = 0; i < w.hidden.size(); i++) {
      y = arithmetic.linear(scoped, w.hidden.get(i), y);
      if (w.norms.isEmpty()) {
        y = Gelu.apply(scoped, y);
      } else {
        BatchNorm.Output normed = arithmetic.batchNormGelu(scoped, w.norms.get(i), y, sizes);
        updates.addAll(normed.updates());
        y = normed.y();
      }
    }
    return new Output(arithmetic.linear(scoped, w.last, y), updates);
  }

  /**
   * The projections in inference mode: BatchNorm uses the running averages.
   *
   * @param x [rows, width]
   * @return [rows, output]
   */
  public static Operand<TFloat32> infer(Ops tf, Weights w, Operand<TFloat32> x) {
    Ops scoped = tf.withSubScope("head");
    Operand<TFloat32> y = x;
    for (int i = 0; i < w.hidden.size(); i++) {
      y = Linear.apply(scoped, w.hidden.get(i), y);
      if (!w.norms.isEmpty()) {
        y = BatchNorm.infer(scoped, w.norms.get(i), y);
      }
      y = Gelu.apply(scoped, y);
    }
    return Linear.apply(scoped, w.last, y);
  }
}
