package org.endossl.model;

import com.google.common.primitives.ImmutableIntArray;
import java.util.ArrayList;
import java.util.List;
import org.endossl.model.ops.FusedOps;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.math.Mean;
import org.tensorflow.types.TFloat32;

/**
 * BatchNorm over rows as PyTorch's BatchNorm1d: eps 1e-5, biased variance to normalise, running
 * averages with momentum 0.1 and unbiased variance.
 */
final class BatchNorm {
  private static final float EPS = 1e-5f;
  private static final float MOMENTUM = 0.1f;

  /**
   * Its weights, each [width].
   *
   * @param runningMean not trained
   * @param runningVar not trained
   */
  record Weights(
      Operand<TFloat32> weight,
      Operand<TFloat32> bias,
      ModelVariable runningMean,
      ModelVariable runningVar) {}

  /** The normalised rows and the two updates of the running averages. */
  record Output(Operand<TFloat32> y, List<Op> updates) {}

  private BatchNorm() {}

  static Weights create(VariableStore store, String name, int width) {
    Shape shape = Shape.of(width);
    return new Weights(
        store.variable(name + ".weight", shape, Initializer.ones(), true).value(),
        store.variable(name + ".bias", shape, Initializer.zeros(), true).value(),
        store.variable(name + ".running_mean", shape, Initializer.zeros(), false),
        store.variable(name + ".running_var", shape, Initializer.ones(), false));
  }

  /**
   * Normalises with the statistics of the rows.
   *
   * @param x [rows, width], at least two rows
   * @param after updates that come before these
   */
  static Output train(Ops tf, Weights w, Operand<TFloat32> x, List<Op> after) {
    Operand<TFloat32> mean = mean(tf, x);
    Operand<TFloat32> centred = tf.math.sub(x, mean);
    Operand<TFloat32> variance = mean(tf, tf.math.square(centred)); // [1, width]
    Operand<TFloat32> y = scale(tf, w, centred, variance);

    Operand<TFloat32> rows =
        tf.dtypes.cast(tf.shape.size(x, tf.constant(0)), TFloat32.class); // unknown until it runs
    Operand<TFloat32> unbias =
        tf.math.div(rows, tf.math.maximum(tf.math.sub(rows, tf.constant(1f)), tf.constant(1f)));
    return new Output(y, updates(tf, w, mean, variance, unbias, after));
  }

  /**
   * GELU of what {@link #train} gives for each of some groups of rows, and the updates of the
   * running averages, group by group.
   *
   * @param x [rows, width]
   * @param groups rows of each, at least two
   */
  static Output trainGelu(Ops tf, Weights w, Operand<TFloat32> x, ImmutableIntArray groups) {
    List<Op> updates = new ArrayList<>();
    if (groups.length() == 1) {
      Output only = train(tf, w, x, updates);
      return new Output(Gelu.apply(tf, only.y()), only.updates());
    }
    List<Operand<TFloat32>> parts = new ArrayList<>();
    int from = 0;
    for (int rows : groups.asList()) {
      Operand<TFloat32> part =
          tf.slice(x, tf.constant(new int[] {from, 0}), tf.constant(new int[] {rows, -1}));
      Output normed = train(tf, w, part, updates);
      updates.addAll(normed.updates());
      parts.add(normed.y());
      from += rows;
    }
    return new Output(Gelu.apply(tf, tf.concat(parts, tf.constant(0))), updates);
  }

  /** The same by one native op. */
  static Output fusedTrainGelu(Ops tf, Weights w, Operand<TFloat32> x, ImmutableIntArray groups) {
    FusedOps.BatchNormed normed =
        FusedOps.batchNormGelu(tf, x, w.weight(), w.bias(), tf.constant(groups.toArray()), EPS);
    List<Op> updates = new ArrayList<>();
    for (int i = 0; i < groups.length(); i++) {
      float rows = groups.get(i);
      updates.addAll(
          updates(
              tf,
              w,
              row(tf, normed.mean(), i),
              row(tf, normed.variance(), i),
              tf.constant(rows / Math.max(rows - 1, 1)),
              List.copyOf(updates)));
    }
    return new Output(normed.y(), updates);
  }

  private static Operand<TFloat32> row(Ops tf, Operand<TFloat32> x, int index) {
    return tf.slice(x, tf.constant(new int[] {index, 0}), tf.constant(new int[] {1, -1}));
  }

  /** Of the running averages; mean and biased variance are [1, width]. */
  private static List<Op> updates(
      Ops tf,
      Weights w,
      Operand<TFloat32> mean,
      Operand<TFloat32> variance,
      Operand<TFloat32> unbias,
      List<Op> after) {
    Operand<TFloat32> unbiased = tf.math.mul(variance, unbias);
    Ops late = tf.withControlDependencies(after);
    return List.of(update(late, w.runningMean(), mean), update(late, w.runningVar(), unbiased));
  }

  /** Normalises with the running averages. */
  static Operand<TFloat32> infer(Ops tf, Weights w, Operand<TFloat32> x) {
    return scale(tf, w, tf.math.sub(x, w.runningMean().value()), w.runningVar().value());
  }

  private static Operand<TFloat32> scale(
      Ops tf, Weights w, Operand<TFloat32> centred, Operand<TFloat32> variance) {
    Operand<TFloat32> inverse = tf.math.rsqrt(tf.math.add(variance, tf.constant(EPS)));
    return tf.nn.biasAdd(tf.math.mul(centred, tf.math.mul(inverse, w.weight())), w.bias());
  }

  private static Op update(Ops late, ModelVariable average, Operand<TFloat32> statistic) {
    Operand<TFloat32> old = late.readVariableOp(average.handle(), TFloat32.class);
    Operand<TFloat32> now = late.reshape(statistic, late.constant(average.shape()));
    Operand<TFloat32> mixed =
        late.math.add(
            late.math.mul(old, late.constant(1 - MOMENTUM)),
            late.math.mul(now, late.constant(MOMENTUM)));
    return late.assignVariableOp(average.handle(), mixed);
  }

  private static Operand<TFloat32> mean(Ops tf, Operand<TFloat32> x) {
    return tf.math.mean(x, tf.constant(0), Mean.keepDims(true)); // [1, width]
  }
}
