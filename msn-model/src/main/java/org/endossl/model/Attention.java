package org.endossl.model;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** Multi-head self-attention. Source: {@code Attention} of facebookresearch/msn's deit.py. */
final class Attention {
  /**
   * Its weights.
   *
   * @param qkv [width, 3 * width], queries before keys before values, heads within each
   * @param proj [width, width]
   */
  record Weights(Linear.Weights qkv, Linear.Weights proj) {}

  private Attention() {}

  static Weights create(VariableStore store, String name, int width) {
    return new Weights(
        Linear.create(store, name + ".qkv", width, 3 * width),
        Linear.create(store, name + ".proj", width, width));
  }

  /**
   * The class tokens' rows of attention.
   *
   * @param y [rows, width], normalised
   * @return [sequences, width], projected, without the projection's bias
   */
  static Operand<?> classTokens(
      Ops tf,
      Arithmetic arithmetic,
      Weights w,
      VitConfig config,
      Operand<?> y,
      Sequences sequences) {
    return arithmetic.matMul(
        tf, arithmetic.classAttention(tf, w.qkv(), config, y, sequences), w.proj().kernel());
  }

  /**
   * The class tokens' rows of attention, without keys and values of the other tokens. Exact in real
   * numbers: a query's score of a key is {@code q (Wk' x + bk) = (Wk q) x + q bk}, whose last term
   * is the same for all keys and drops out of the softmax; the mixed values are {@code Wv' (sum a
   * x) + bv} because the weights sum to 1. The gradient of the key bias, rounding noise around 0 in
   * the full form, is exactly 0.
   *
   * @param y [rows, width], normalised
   * @return [sequences, width], not projected
   */
  static Operand<?> classValues(
      Ops tf,
      Arithmetic arithmetic,
      Linear.Weights qkv,
      VitConfig config,
      Operand<?> y,
      Sequences sequences) {
    int width = config.width();
    int heads = config.heads();
    int headWidth = config.headWidth();
    Operand<?> query = sequences.classTokens(tf, y, width);
    Operand<TFloat32> scaled =
        tf.math.mul(
            arithmetic.linear(tf, part(tf, qkv, 0, width), query),
            tf.constant((float) (1 / Math.sqrt(headWidth))));
    Operand<?> q = perHead(tf, arithmetic.narrow(tf, scaled), heads, headWidth);
    Operand<?> wk = weights(tf, arithmetic, qkv, 1, config); // [heads, width, headWidth]
    Operand<?> qk =
        Arithmetic.transpose(
            tf, arithmetic.batchMatMul(tf, q, wk, true), 1, 0, 2); // [sequences, heads, width]

    List<Operand<TFloat32>> means = new ArrayList<>();
    List<? extends Operand<?>> rows = sequences.split(tf, y, width);
    List<? extends Operand<?>> queries = sequences.splitSequences(tf, qk, heads, width);
    for (int i = 0; i < rows.size(); i++) {
      int tokens = sequences.groups().get(i).tokens();
      Operand<?> x = Arithmetic.reshape(tf, rows.get(i), -1, tokens, width);
      Operand<TFloat32> scores =
          arithmetic.widen(tf, arithmetic.batchMatMul(tf, queries.get(i), x, true));
      Operand<TFloat32> attention = tf.nn.softmax(scores); // [count, heads, tokens]
      means.add(
          arithmetic.widen(
              tf, arithmetic.batchMatMul(tf, arithmetic.narrow(tf, attention), x, false)));
    }
    Operand<?> mean =
        Arithmetic.transpose(
            tf,
            arithmetic.narrow(tf, Sequences.concat(tf, means)),
            1,
            0,
            2); // [heads, sequences, width]
    Operand<?> wv = weights(tf, arithmetic, qkv, 2, config);
    Operand<?> mixed =
        Arithmetic.reshape(
            tf,
            Arithmetic.transpose(tf, arithmetic.batchMatMul(tf, mean, wv, false), 1, 0, 2),
            -1,
            width);
    Operand<TFloat32> values =
        tf.nn.biasAdd(arithmetic.widen(tf, mixed), part(tf, qkv, 2, width).bias());
    return arithmetic.narrow(tf, values);
  }

  /** [sequences, width] to [heads, sequences, headWidth]. */
  private static Operand<?> perHead(Ops tf, Operand<?> q, int heads, int headWidth) {
    return Arithmetic.transpose(tf, Arithmetic.reshape(tf, q, -1, heads, headWidth), 1, 0, 2);
  }

  /** The kernel of queries (0), keys (1) or values (2), [heads, width, headWidth]. */
  private static Operand<?> weights(
      Ops tf, Arithmetic arithmetic, Linear.Weights qkv, int index, VitConfig config) {
    Operand<?> kernel = arithmetic.narrow(tf, columns(tf, qkv.kernel(), index, config.width()));
    return Arithmetic.transpose(
        tf,
        Arithmetic.reshape(tf, kernel, config.width(), config.heads(), config.headWidth()),
        1,
        0,
        2);
  }

  private static Linear.Weights part(Ops tf, Linear.Weights qkv, int index, int width) {
    return new Linear.Weights(
        columns(tf, qkv.kernel(), index, width),
        tf.slice(
            qkv.bias(), tf.constant(new int[] {index * width}), tf.constant(new int[] {width})));
  }

  private static Operand<TFloat32> columns(Ops tf, Operand<TFloat32> kernel, int index, int width) {
    return tf.slice(
        kernel,
        tf.constant(new int[] {0, index * width}),
        tf.constant(new int[] {width, width})); // [width, width]
  }
}
