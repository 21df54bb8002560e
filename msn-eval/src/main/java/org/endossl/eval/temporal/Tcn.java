package org.endossl.eval.temporal;

import java.util.ArrayList;
import java.util.List;
import org.endossl.model.VariableStore;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/**
 * TeCNO's causal multi-stage TCN ({@code models/mstcn.py}; Czempiel et al., MICCAI 2020): stages of
 * residual layers of kernel 3 with doubling dilation, each after the first on the softmax of the
 * one before. A layer sees a frame and two before it, {@code dilation} apart.
 */
final class Tcn {
  private static final int KERNEL = 3;

  private final List<Stage> stages;
  private final int width;
  private final double dropout;

  private Tcn(List<Stage> stages, int width, double dropout) {
    this.stages = stages;
    this.width = width;
    this.dropout = dropout;
  }

  private record Layer(Dense dilated, Dense pointwise) {}

  private record Stage(Dense in, List<Layer> layers, Dense out) {}

  static Tcn create(VariableStore store, TemporalConfig.HeadConfig head, int inputs, int classes) {
    List<Stage> stages = new ArrayList<>();
    int width = head.width();
    for (int s = 0; s < head.stages(); s++) {
      String name = "stages." + s;
      List<Layer> layers = new ArrayList<>();
      for (int l = 0; l < head.layers(); l++) {
        String layer = name + ".layers." + l;
        layers.add(
            new Layer(
                Dense.create(store, layer + ".dilated", KERNEL * width, width),
                Dense.create(store, layer + ".pointwise", width, width)));
      }
      stages.add(
          new Stage(
              Dense.create(store, name + ".in", s == 0 ? inputs : classes, width),
              layers,
              Dense.create(store, name + ".out", width, classes)));
    }
    return new Tcn(stages, width, head.dropout());
  }

  /**
   * Every stage's logits.
   *
   * @param x [frames, inputs], a whole video in order
   * @param seed [2] of the dropout; null drops nothing
   * @return per stage [frames, classes]
   */
  List<Operand<TFloat32>> logits(Ops tf, Operand<TFloat32> x, @Nullable Operand<TInt64> seed) {
    List<Operand<TFloat32>> all = new ArrayList<>();
    Operand<TFloat32> next = x;
    int number = 0;
    for (Stage stage : stages) {
      Operand<TFloat32> h = stage.in().apply(tf, next); // [frames, width]
      int dilation = 1;
      for (Layer layer : stage.layers()) {
        Operand<TFloat32> past =
            tf.concat(
                List.of(delayed(tf, h, 2 * dilation), delayed(tf, h, dilation), h),
                tf.constant(1)); // [frames, 3 * width]
        Operand<TFloat32> y = tf.nn.relu(layer.dilated().apply(tf, past));
        y = layer.pointwise().apply(tf, y);
        h = tf.math.add(h, seed == null ? y : Dropout.apply(tf, y, dropout, seed, number++));
        dilation *= 2;
      }
      Operand<TFloat32> logits = stage.out().apply(tf, h); // [frames, classes]
      all.add(logits);
      next = tf.nn.softmax(logits);
    }
    return all;
  }

  /** Rows moved down by {@code by}, zeros above. */
  private Operand<TFloat32> delayed(Ops tf, Operand<TFloat32> h, int by) {
    Operand<TFloat32> zeros = tf.zeros(tf.constant(new int[] {by, width}), TFloat32.class);
    Operand<TFloat32> longer = tf.concat(List.of(zeros, h), tf.constant(0));
    return tf.slice(longer, tf.constant(new int[] {0, 0}), tf.shape(h)); // [frames, width]
  }
}
