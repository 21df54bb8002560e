package org.endossl.model;

import java.util.ArrayList;
import java.util.List;
import org.endossl.model.NameTable.Entry;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * A bottleneck on the anchor's projections: BatchNorm, linear to a quarter of the width, BatchNorm,
 * ReLU, linear back. The target's projections pass it by.
 *
 * <p>Source: facebookresearch/msn has the place for it ({@code encoder.pred}, {@code
 * use_pred_head}), and its published {@code init_model} never fills it; this is what its
 * predecessor puts there, {@code init_model} of facebookresearch/suncet. Linear layers are drawn as
 * msn draws all of them.
 */
public final class PredictionHead {
  private static final int BOTTLENECK = 4;
  private static final String NAME = "pred.";

  /** Its weights, made by {@link #create}. */
  public static final class Weights {
    private final BatchNorm.Weights norm1;
    private final Linear.Weights linear1;
    private final BatchNorm.Weights norm2;
    private final Linear.Weights linear2;

    private Weights(
        BatchNorm.Weights norm1,
        Linear.Weights linear1,
        BatchNorm.Weights norm2,
        Linear.Weights linear2) {
      this.norm1 = norm1;
      this.linear1 = linear1;
      this.norm2 = norm2;
      this.linear2 = linear2;
    }
  }

  private PredictionHead() {}

  /**
   * Creates the variables, {@code pred.bn1}, {@code pred.fc1}, {@code pred.bn2}, {@code pred.fc2}.
   *
   * @param width of the projections
   * @throws IllegalArgumentException if the width is below 4
   */
  public static Weights create(VariableStore store, int width) {
    int narrow = narrow(width);
    return new Weights(
        BatchNorm.create(store, NAME + "bn1", width),
        Linear.create(store, NAME + "fc1", width, narrow),
        BatchNorm.create(store, NAME + "bn2", narrow),
        Linear.create(store, NAME + "fc2", narrow, width));
  }

  private static int narrow(int width) {
    if (width < BOTTLENECK) {
      throw new IllegalArgumentException(
          "prediction head: got projections " + width + " wide, wanted at least " + BOTTLENECK);
    }
    return width / BOTTLENECK;
  }

  /**
   * The predictions in training mode: BatchNorm uses the statistics of these rows.
   *
   * @param z [rows, width], at least two rows
   * @param previous the output of the group of views before, whose updates of the running averages
   *     come first; null for the first group
   */
  public static ProjectionHead.Output apply(
      Ops tf, Weights w, Operand<TFloat32> z, ProjectionHead.@Nullable Output previous) {
    Ops scoped = tf.withSubScope("prediction");
    List<Op> after = previous == null ? List.of() : previous.runningAverageUpdates();
    BatchNorm.Output first = BatchNorm.train(scoped, w.norm1, z, after);
    Operand<TFloat32> narrow = Linear.apply(scoped, w.linear1, first.y());
    BatchNorm.Output second = BatchNorm.train(scoped, w.norm2, narrow, after);
    List<Op> updates = new ArrayList<>(first.updates());
    updates.addAll(second.updates());
    return new ProjectionHead.Output(
        Linear.apply(scoped, w.linear2, scoped.nn.relu(second.y())), updates);
  }

  /**
   * The predictions in inference mode: BatchNorm uses the running averages.
   *
   * @param z [rows, width]
   * @return [rows, width]
   */
  public static Operand<TFloat32> infer(Ops tf, Weights w, Operand<TFloat32> z) {
    Ops scoped = tf.withSubScope("prediction");
    Operand<TFloat32> narrow = Linear.apply(scoped, w.linear1, BatchNorm.infer(scoped, w.norm1, z));
    return Linear.apply(
        scoped, w.linear2, scoped.nn.relu(BatchNorm.infer(scoped, w.norm2, narrow)));
  }

  /** Its names, as PyTorch has them. */
  static NameTable names(int width) {
    List<Entry> entries = new ArrayList<>();
    MsnNames.batchNorm(entries, NAME + "bn1", width);
    MsnNames.linear(entries, NAME + "fc1", width, narrow(width));
    MsnNames.batchNorm(entries, NAME + "bn2", narrow(width));
    MsnNames.linear(entries, NAME + "fc2", narrow(width), width);
    return NameTable.of(entries).ignoring(name -> name.endsWith(".num_batches_tracked"));
  }
}
