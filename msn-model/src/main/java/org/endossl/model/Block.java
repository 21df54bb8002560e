package org.endossl.model;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** A pre-norm transformer block. Source: {@code Block} of facebookresearch/msn's deit.py. */
final class Block {
  /** Its weights. */
  record Weights(
      LayerNorm.Weights norm1,
      Attention.Weights attention,
      LayerNorm.Weights norm2,
      Mlp.Weights mlp) {}

  /**
   * What it gives.
   *
   * @param x [batch * tokens, width]
   * @param attention [batch, heads, tokens, tokens]
   */
  record Output(Operand<TFloat32> x, Operand<TFloat32> attention) {}

  private Block() {}

  static Weights create(VariableStore store, String name, VitConfig config) {
    int width = config.width();
    return new Weights(
        LayerNorm.create(store, name + ".norm1", width),
        Attention.create(store, name + ".attn", width),
        LayerNorm.create(store, name + ".norm2", width),
        Mlp.create(store, name + ".mlp", width, config.hidden()));
  }

  static Output apply(Ops tf, Weights w, VitConfig config, Operand<TFloat32> x, int tokens) {
    Operand<TFloat32> normed = LayerNorm.apply(tf, w.norm1(), x, config.layerNormEps());
    Attention.Output attention =
        Attention.apply(tf, w.attention(), normed, tokens, config.heads(), config.headWidth());
    return new Output(mlp(tf, w, config, tf.math.add(x, attention.y())), attention.attention());
  }

  /**
   * The class token's rows of {@link #apply}, without computing the others.
   *
   * @return [batch, width]
   */
  static Operand<TFloat32> classToken(
      Ops tf, Weights w, VitConfig config, Operand<TFloat32> x, int tokens) {
    Operand<TFloat32> normed = LayerNorm.apply(tf, w.norm1(), x, config.layerNormEps());
    Operand<TFloat32> attention =
        Attention.classToken(
            tf,
            w.attention(),
            normed,
            Vit.first(tf, normed, tokens, config.width()),
            tokens,
            config.heads(),
            config.headWidth());
    return mlp(tf, w, config, tf.math.add(Vit.first(tf, x, tokens, config.width()), attention));
  }

  private static Operand<TFloat32> mlp(Ops tf, Weights w, VitConfig config, Operand<TFloat32> x) {
    Operand<TFloat32> normed = LayerNorm.apply(tf, w.norm2(), x, config.layerNormEps());
    return tf.math.add(x, Mlp.apply(tf, w.mlp(), config.activation(), normed));
  }
}
