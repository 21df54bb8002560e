package org.endossl.model;

import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * A pre-norm transformer block. Source: {@code Block} of facebookresearch/msn's deit.py.
 *
 * <p>A branch is added to the residual stream where the next LayerNorm reads it, so that both can
 * be one op.
 */
final class Block {
  /** Its weights. */
  record Weights(
      LayerNorm.Weights norm1,
      Attention.Weights attention,
      LayerNorm.Weights norm2,
      Mlp.Weights mlp) {}

  /**
   * The residual stream with a branch that is still to be added: {@code h + branch + bias}.
   *
   * @param h [rows, width]
   * @param branch [rows, width], of the type of activations; null for none
   * @param bias [width]; null without a branch
   */
  record Stream(
      Operand<TFloat32> h, @Nullable Operand<?> branch, @Nullable Operand<TFloat32> bias) {
    /** What it stands for, normalised, and the sum. */
    Arithmetic.Added normed(Ops tf, Arithmetic arithmetic, LayerNorm.Weights norm, double epsilon) {
      return branch == null || bias == null
          ? new Arithmetic.Added(h, arithmetic.layerNorm(tf, norm, h, epsilon))
          : arithmetic.addLayerNorm(tf, norm, h, branch, bias, epsilon);
    }

    /** What it stands for. */
    Operand<TFloat32> sum(Ops tf, Arithmetic arithmetic) {
      return branch == null || bias == null
          ? h
          : tf.math.add(h, tf.nn.biasAdd(arithmetic.widen(tf, branch), bias));
    }
  }

  /**
   * What it gives.
   *
   * @param x the stream behind the block
   * @param before [rows, width] the residual stream before it, as one tensor
   * @param attention [batch, heads, tokens, tokens]; null where the kernels do not give it
   */
  record Output(Stream x, Operand<TFloat32> before, @Nullable Operand<TFloat32> attention) {}

  private Block() {}

  static Weights create(VariableStore store, String name, VitConfig config) {
    int width = config.width();
    return new Weights(
        LayerNorm.create(store, name + ".norm1", width),
        Attention.create(store, name + ".attn", width),
        LayerNorm.create(store, name + ".norm2", width),
        Mlp.create(store, name + ".mlp", width, config.hidden()));
  }

  /**
   * The whole block.
   *
   * @param drop drops branches of it; null in inference
   * @param index of the block
   */
  static Output apply(
      Ops tf,
      Arithmetic arithmetic,
      Weights w,
      VitConfig config,
      Stream x,
      Sequences sequences,
      @Nullable DropPath drop,
      int index) {
    Arithmetic.Added normed = x.normed(tf, arithmetic, w.norm1(), config.layerNormEps());
    Operand<?> qkv = arithmetic.matMul(tf, normed.y(), w.attention().qkv().kernel());
    Arithmetic.Mixed mixed =
        arithmetic.attention(
            tf, qkv, w.attention().qkv().bias(), sequences, config.heads(), config.headWidth());
    Linear.Weights proj = w.attention().proj();
    Stream between =
        new Stream(normed.sum(), arithmetic.matMul(tf, mixed.y(), proj.kernel()), proj.bias());
    int[] rows = drop == null ? null : sequences.sequenceOfRow();
    between = dropped(tf, arithmetic, config, between, drop, rows, index, 2 * index);
    Stream end = mlp(tf, arithmetic, w, config, between);
    return new Output(
        dropped(tf, arithmetic, config, end, drop, rows, index, 2 * index + 1),
        normed.sum(),
        mixed.weights());
  }

  /**
   * The class tokens' rows of {@link #apply}, without computing the others.
   *
   * @return [sequences, width]
   */
  static Output classTokens(
      Ops tf,
      Arithmetic arithmetic,
      Weights w,
      VitConfig config,
      Stream x,
      Sequences sequences,
      @Nullable DropPath drop,
      int index) {
    Arithmetic.Added normed = x.normed(tf, arithmetic, w.norm1(), config.layerNormEps());
    Stream between =
        new Stream(
            sequences.classTokens(tf, normed.sum(), config.width()),
            Attention.classTokens(tf, arithmetic, w.attention(), config, normed.y(), sequences),
            w.attention().proj().bias());
    int[] rows = drop == null ? null : sequences.sequenceOfClassToken();
    between = dropped(tf, arithmetic, config, between, drop, rows, index, 2 * index);
    Stream end = mlp(tf, arithmetic, w, config, between);
    return new Output(
        dropped(tf, arithmetic, config, end, drop, rows, index, 2 * index + 1), normed.sum(), null);
  }

  private static Stream mlp(Ops tf, Arithmetic arithmetic, Weights w, VitConfig config, Stream x) {
    Arithmetic.Added normed = x.normed(tf, arithmetic, w.norm2(), config.layerNormEps());
    return new Stream(
        normed.sum(),
        arithmetic.mlp(tf, w.mlp(), config.activation(), normed.y()),
        w.mlp().fc2().bias());
  }

  private static Stream dropped(
      Ops tf,
      Arithmetic arithmetic,
      VitConfig config,
      Stream x,
      @Nullable DropPath drop,
      int @Nullable [] sequenceOfRow,
      int block,
      int branch) {
    double rate = DropPath.rate(config, block);
    if (drop == null || rate == 0 || x.branch() == null || x.bias() == null) {
      return x;
    }
    if (sequenceOfRow == null) {
      throw new IllegalArgumentException("drop_path: wanted images with a known batch");
    }
    int sequences = sequenceOfRow[sequenceOfRow.length - 1] + 1;
    Operand<TFloat32> factor =
        tf.gather(
            drop.factors(tf, sequences, rate, branch),
            tf.constant(sequenceOfRow),
            tf.constant(0)); // [rows]
    Operand<TFloat32> scaled =
        tf.math.mul(
            tf.nn.biasAdd(arithmetic.widen(tf, x.branch()), x.bias()),
            tf.expandDims(factor, tf.constant(1)));
    return new Stream(
        x.h(),
        arithmetic.narrow(tf, scaled),
        tf.zeros(tf.constant(new int[] {config.width()}), TFloat32.class));
  }
}
