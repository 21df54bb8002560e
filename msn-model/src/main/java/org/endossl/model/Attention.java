package org.endossl.model;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.train.BatchMatMul;
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

  /**
   * What it gives.
   *
   * @param y [batch * tokens, width]
   * @param attention [batch, heads, tokens, tokens], rows sum to 1
   */
  record Output(Operand<TFloat32> y, Operand<TFloat32> attention) {}

  private Attention() {}

  static Weights create(VariableStore store, String name, int width) {
    return new Weights(
        Linear.create(store, name + ".qkv", width, 3 * width),
        Linear.create(store, name + ".proj", width, width));
  }

  static Output apply(
      Ops tf, Weights w, Operand<TFloat32> x, int tokens, int heads, int headWidth) {
    int width = heads * headWidth;
    Operand<TFloat32> qkv = Linear.apply(tf, w.qkv(), x); // [batch * tokens, 3 * width]
    Operand<TFloat32> parts =
        tf.linalg.transpose(
            reshape(tf, qkv, -1, tokens, 3, heads, headWidth),
            tf.constant(new int[] {2, 0, 3, 1, 4})); // [3, batch, heads, tokens, headWidth]
    List<org.tensorflow.Output<TFloat32>> each = tf.unstack(parts, 3L).output();
    Operand<TFloat32> q = scaled(tf, each.get(0), headWidth);
    Operand<TFloat32> scores = matMul(tf, q, each.get(1), BatchMatMul.adjY(true));
    Operand<TFloat32> attention = tf.nn.softmax(scores); // [batch, heads, tokens, tokens]
    Operand<TFloat32> mixed =
        tf.linalg.transpose(
            matMul(tf, attention, each.get(2)),
            tf.constant(new int[] {0, 2, 1, 3})); // [batch, tokens, heads, headWidth]
    return new Output(Linear.apply(tf, w.proj(), reshape(tf, mixed, -1, width)), attention);
  }

  /**
   * The class token's row of {@link #apply}, without keys and values of the other tokens. Exact in
   * real numbers: a query's score of a key is {@code q (Wk' x + bk) = (Wk q) x + q bk}, whose last
   * term is the same for all keys and drops out of the softmax; the mixed values are {@code Wv'
   * (sum a x) + bv} because the weights sum to 1. The gradient of the key bias, rounding noise
   * around 0 in the full form, is exactly 0.
   *
   * @param x [batch * tokens, width], normalised
   * @param query [batch, width], the class token's rows of {@code x}
   * @return [batch, width]
   */
  static Operand<TFloat32> classToken(
      Ops tf,
      Weights w,
      Operand<TFloat32> x,
      Operand<TFloat32> query,
      int tokens,
      int heads,
      int headWidth) {
    int width = heads * headWidth;
    Operand<TFloat32> kernel = w.qkv().kernel();
    Operand<TFloat32> q =
        scaled(tf, Linear.apply(tf, part(tf, w.qkv(), 0, width), query), headWidth);
    Operand<TFloat32> perHead =
        tf.linalg.transpose(
            reshape(tf, q, -1, heads, headWidth),
            tf.constant(new int[] {1, 0, 2})); // [heads, batch, headWidth]
    Operand<TFloat32> wk =
        tf.linalg.transpose(
            reshape(tf, columns(tf, kernel, 1, width), width, heads, headWidth),
            tf.constant(new int[] {1, 0, 2})); // [heads, width, headWidth]
    Operand<TFloat32> qk =
        tf.linalg.transpose(
            matMul(tf, perHead, wk, BatchMatMul.adjY(true)),
            tf.constant(new int[] {1, 0, 2})); // [batch, heads, width]

    Operand<TFloat32> rows = reshape(tf, x, -1, tokens, width);
    Operand<TFloat32> attention =
        tf.nn.softmax(matMul(tf, qk, rows, BatchMatMul.adjY(true))); // [batch, heads, tokens]
    Operand<TFloat32> mean =
        tf.linalg.transpose(
            matMul(tf, attention, rows), tf.constant(new int[] {1, 0, 2})); // [heads, batch, width]

    Linear.Weights values = part(tf, w.qkv(), 2, width);
    Operand<TFloat32> wv =
        tf.linalg.transpose(
            reshape(tf, values.kernel(), width, heads, headWidth),
            tf.constant(new int[] {1, 0, 2})); // [heads, width, headWidth]
    Operand<TFloat32> mixed =
        tf.linalg.transpose(
            matMul(tf, mean, wv), tf.constant(new int[] {1, 0, 2})); // [batch, heads, headWidth]
    return Linear.apply(tf, w.proj(), tf.nn.biasAdd(reshape(tf, mixed, -1, width), values.bias()));
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

  /** The scale goes to the queries: they are smaller than the scores. */
  private static Operand<TFloat32> scaled(Ops tf, Operand<TFloat32> q, int headWidth) {
    return tf.math.mul(q, tf.constant((float) (1 / Math.sqrt(headWidth))));
  }

  private static Operand<TFloat32> matMul(
      Ops tf, Operand<TFloat32> a, Operand<TFloat32> b, BatchMatMul.Options... options) {
    return tf.train.batchMatMul(a, b, TFloat32.class, options);
  }

  private static Operand<TFloat32> reshape(Ops tf, Operand<TFloat32> x, int... shape) {
    return tf.reshape(x, tf.constant(shape));
  }
}
