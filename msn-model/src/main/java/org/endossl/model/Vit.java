package org.endossl.model;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * The Vision Transformer. Source: {@code VisionTransformer} of facebookresearch/msn's deit.py, with
 * bias in qkv and without dropout.
 */
public final class Vit {
  /** Its weights, made by {@link #create}. */
  public static final class Weights {
    private final Embedding.Weights embedding;
    private final List<Block.Weights> blocks;
    private final LayerNorm.Weights norm;

    private Weights(
        Embedding.Weights embedding, List<Block.Weights> blocks, LayerNorm.Weights norm) {
      this.embedding = embedding;
      this.blocks = List.copyOf(blocks);
      this.norm = norm;
    }
  }

  /**
   * Everything that the network computes.
   *
   * @param tokens [batch, tokens, width] after the last LayerNorm, the class token first
   * @param blocks each block's output, [batch, tokens, width]
   * @param attentions each block's attention, [batch, heads, tokens, tokens]
   */
  public record Output(
      Operand<TFloat32> tokens,
      List<Operand<TFloat32>> blocks,
      List<Operand<TFloat32>> attentions) {
    public Output {
      blocks = List.copyOf(blocks);
      attentions = List.copyOf(attentions);
    }
  }

  private Vit() {}

  /** Creates the variables, drawn as the original draws them. */
  public static Weights create(VariableStore store, VitConfig config) {
    Embedding.Weights embedding = Embedding.create(store, config);
    List<Block.Weights> blocks = new ArrayList<>();
    for (int i = 0; i < config.depth(); i++) {
      blocks.add(Block.create(store, "blocks." + i, config));
    }
    return new Weights(embedding, blocks, LayerNorm.create(store, "norm", config.width()));
  }

  /**
   * The class token after the last LayerNorm. Its last block is computed for the class token only,
   * which is exact: equal to {@link #forward} up to rounding, values and gradients.
   *
   * @param images [batch, side, side, 3], normalised; the side must be known and a multiple of the
   *     patch size, positions are interpolated where it is not the configuration's
   * @param keep [kept] the patches that are seen, counted from 0 by rows, each once; null for all
   * @return [batch, width]
   */
  public static Operand<TFloat32> classToken(
      Ops tf,
      Weights w,
      VitConfig config,
      Operand<TFloat32> images,
      @Nullable Operand<TInt32> keep) {
    Embedding.Output embedded =
        Embedding.apply(tf.withSubScope("embedding"), w.embedding, config, images, keep);
    int tokens = embedded.tokens();
    Operand<TFloat32> x = embedded.x();
    int last = w.blocks.size() - 1;
    for (int i = 0; i < last; i++) {
      x = Block.apply(tf.withSubScope("block" + i), w.blocks.get(i), config, x, tokens).x();
    }
    x = Block.classToken(tf.withSubScope("block" + last), w.blocks.get(last), config, x, tokens);
    return LayerNorm.apply(tf.withSubScope("norm"), w.norm, x, config.layerNormEps());
  }

  /**
   * Every token, block and attention map, for analysis.
   *
   * @param images as in {@link #classToken}
   * @param keep as in {@link #classToken}
   */
  public static Output forward(
      Ops tf,
      Weights w,
      VitConfig config,
      Operand<TFloat32> images,
      @Nullable Operand<TInt32> keep) {
    Embedding.Output embedded =
        Embedding.apply(tf.withSubScope("embedding"), w.embedding, config, images, keep);
    int tokens = embedded.tokens();
    Operand<TFloat32> x = embedded.x();
    List<Operand<TFloat32>> outputs = new ArrayList<>();
    List<Operand<TFloat32>> attentions = new ArrayList<>();
    for (int i = 0; i < w.blocks.size(); i++) {
      Block.Output block =
          Block.apply(tf.withSubScope("block" + i), w.blocks.get(i), config, x, tokens);
      x = block.x();
      outputs.add(batched(tf, x, tokens, config.width()));
      attentions.add(block.attention());
    }
    Operand<TFloat32> normed =
        LayerNorm.apply(tf.withSubScope("norm"), w.norm, x, config.layerNormEps());
    return new Output(batched(tf, normed, tokens, config.width()), outputs, attentions);
  }

  /** The class token's rows: x [batch * tokens, width] to [batch, width]. */
  static Operand<TFloat32> first(Ops tf, Operand<TFloat32> x, int tokens, int width) {
    Operand<TFloat32> rows =
        tf.slice(
            tf.reshape(x, tf.constant(new int[] {-1, tokens * width})),
            tf.constant(new int[] {0, 0}),
            tf.constant(new int[] {-1, width}));
    return rows;
  }

  private static Operand<TFloat32> batched(Ops tf, Operand<TFloat32> x, int tokens, int width) {
    return tf.reshape(x, tf.constant(new int[] {-1, tokens, width}));
  }
}
