package org.endossl.eval.temporal;

import java.util.ArrayList;
import java.util.List;
import org.endossl.model.Initializer;
import org.endossl.model.VariableStore;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Split;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/**
 * One layer of LSTM (PyTorch's equations) and a dense layer on its state, unrolled over a chunk of
 * frames; the state goes from chunk to chunk.
 */
final class Lstm {
  private static final int GATES = 4;

  private final Dense gates;
  private final Operand<TFloat32> recurrent;
  private final Dense out;
  private final int width;
  private final int chunk;
  private final double dropout;

  private Lstm(
      Dense gates, Operand<TFloat32> recurrent, Dense out, int width, int chunk, double dropout) {
    this.gates = gates;
    this.recurrent = recurrent;
    this.out = out;
    this.width = width;
    this.chunk = chunk;
    this.dropout = dropout;
  }

  static Lstm create(VariableStore store, TemporalConfig.HeadConfig head, int inputs, int classes) {
    int width = head.width();
    return new Lstm(
        Dense.create(store, "lstm.input", inputs, GATES * width),
        store
            .variable(
                "lstm.state.kernel",
                Shape.of(width, GATES * (long) width),
                Initializer.uniform(1 / Math.sqrt(width)),
                true)
            .value(),
        Dense.create(store, "out", width, classes),
        width,
        head.chunk(),
        head.dropout());
  }

  /**
   * A chunk's logits and the state after it.
   *
   * @param logits [chunk * videos, classes], frame after frame
   * @param hidden [videos, width]
   * @param cell [videos, width]
   */
  record Output(Operand<TFloat32> logits, Operand<TFloat32> hidden, Operand<TFloat32> cell) {}

  /**
   * One chunk.
   *
   * @param x [chunk * videos, inputs], frame after frame, the videos of a frame together
   * @param hidden [videos, width]
   * @param cell [videos, width]
   * @param seed [2] of the dropout; null drops nothing
   */
  Output apply(
      Ops tf,
      Operand<TFloat32> x,
      Operand<TFloat32> hidden,
      Operand<TFloat32> cell,
      @Nullable Operand<TInt64> seed) {
    Operand<TFloat32> input = gates.apply(tf, x); // [chunk * videos, 4 * width]
    List<Operand<TFloat32>> frames = new ArrayList<>();
    tf.split(tf.constant(0), input, (long) chunk).output().forEach(frames::add);
    List<Operand<TFloat32>> states = new ArrayList<>();
    Operand<TFloat32> h = hidden;
    Operand<TFloat32> c = cell;
    for (Operand<TFloat32> frame : frames) {
      Operand<TFloat32> sum = tf.math.add(frame, tf.linalg.matMul(h, recurrent));
      Split<TFloat32> parts = tf.split(tf.constant(1), sum, (long) GATES); // [videos, width]
      Operand<TFloat32> in = tf.math.sigmoid(parts.output().get(0));
      Operand<TFloat32> forget = tf.math.sigmoid(parts.output().get(1));
      Operand<TFloat32> fresh = tf.math.tanh(parts.output().get(2));
      Operand<TFloat32> show = tf.math.sigmoid(parts.output().get(3));
      c = tf.math.add(tf.math.mul(forget, c), tf.math.mul(in, fresh));
      h = tf.math.mul(show, tf.math.tanh(c));
      states.add(h);
    }
    Operand<TFloat32> all = tf.concat(states, tf.constant(0)); // [chunk * videos, width]
    Operand<TFloat32> seen = seed == null ? all : Dropout.apply(tf, all, dropout, seed, 0);
    return new Output(out.apply(tf, seen), h, c);
  }

  int width() {
    return width;
  }

  int chunk() {
    return chunk;
  }
}
