package org.endossl.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
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

  /**
   * What the blocks leave: class tokens [images of all views, width], before the last LayerNorm.
   */
  private record Ended(Operand<TFloat32> tokens, Sequences sequences) {}

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
   * Images of one size.
   *
   * @param images [batch, side, side, 3], normalised; the side must be known and a multiple of the
   *     patch size, positions are interpolated where it is not the configuration's
   * @param keep [kept] the patches that are seen, counted from 0 by rows, each once; null for all
   */
  public record View(Operand<TFloat32> images, @Nullable Operand<TInt32> keep) {}

  /**
   * The class token of images of one size, by TensorFlow's own ops in float32: runs, and can be
   * saved for, anywhere.
   *
   * @param images as in {@link View}
   * @param keep as in {@link View}
   * @return [batch, width]
   */
  public static Operand<TFloat32> classToken(
      Ops tf,
      Weights w,
      VitConfig config,
      Operand<TFloat32> images,
      @Nullable Operand<TInt32> keep) {
    return classTokens(tf, w, config, Compute.PORTABLE, List.of(new View(images, keep)), null)
        .get(0);
  }

  /**
   * The class tokens after the last LayerNorm. The tokens of all views go through the blocks as one
   * matrix; attention stays within an image. The last block is computed for the class tokens only,
   * which is exact: equal to {@link #forward} up to rounding, values and gradients.
   *
   * @param views with known batches if there is more than one
   * @param drop drops branches at the configuration's rate; null in inference
   * @return for each view [batch, width]
   */
  public static List<Operand<TFloat32>> classTokens(
      Ops tf,
      Weights w,
      VitConfig config,
      Compute compute,
      List<View> views,
      @Nullable DropPath drop) {
    Ended ended = blocks(tf, w, config, Arithmetic.of(compute), views, drop, null);
    return ended
        .sequences()
        .splitSequences(tf, normed(tf, w, config, ended.tokens()), config.width());
  }

  /**
   * As {@link #classTokens}, all views' one after the other.
   *
   * @param recomputation learns what it needs to compute the blocks once more; null where gradients
   *     are taken of the activations themselves
   * @return [sum of the batches, width]
   */
  public static Operand<TFloat32> packedClassTokens(
      Ops tf,
      Weights w,
      VitConfig config,
      Compute compute,
      List<View> views,
      @Nullable DropPath drop,
      @Nullable Recomputation recomputation) {
    Ended ended = blocks(tf, w, config, Arithmetic.of(compute), views, drop, recomputation);
    return normed(tf, w, config, ended.tokens());
  }

  /** The last LayerNorm, of one row per image: float32 in any precision. */
  private static Operand<TFloat32> normed(
      Ops tf, Weights w, VitConfig config, Operand<TFloat32> tokens) {
    return LayerNorm.apply(tf.withSubScope("norm"), w.norm, tokens, config.layerNormEps());
  }

  /**
   * The class token as the last block leaves it, before the last LayerNorm: {@code forward_blocks}
   * of facebookresearch/msn's deit.py with one block, on which its evaluations stand.
   *
   * @param images as in {@link View}
   * @return [batch, width]
   */
  public static Operand<TFloat32> classTokenBeforeNorm(
      Ops tf, Weights w, VitConfig config, Compute compute, Operand<TFloat32> images) {
    List<View> views = List.of(new View(images, null));
    Ended ended = blocks(tf, w, config, Arithmetic.of(compute), views, null, null);
    return ended.sequences().splitSequences(tf, ended.tokens(), config.width()).get(0);
  }

  private static Ended blocks(
      Ops tf,
      Weights w,
      VitConfig config,
      Arithmetic arithmetic,
      List<View> views,
      @Nullable DropPath drop,
      @Nullable Recomputation recomputation) {
    List<Operand<TFloat32>> embedded = new ArrayList<>();
    List<Sequences.Group> groups = new ArrayList<>();
    for (View view : views) {
      Embedding.Output output =
          Embedding.apply(
              tf.withSubScope("embedding"),
              arithmetic,
              w.embedding,
              config,
              view.images(),
              view.keep());
      embedded.add(output.x());
      groups.add(output.group());
    }
    Sequences sequences = new Sequences(groups);
    Block.Stream x = new Block.Stream(Sequences.concat(tf, embedded), null, null);
    int last = w.blocks.size() - 1;
    for (int i = 0; i <= last; i++) {
      int index = i;
      Recomputation.Body body =
          index < last
              ? (scope, weights, in) ->
                  Block.apply(scope, arithmetic, weights, config, in, sequences, drop, index)
              : (scope, weights, in) ->
                  Block.classTokens(scope, arithmetic, weights, config, in, sequences, drop, index);
      Block.Output block = body.apply(tf.withSubScope("block" + i), w.blocks.get(i), x);
      if (recomputation != null) {
        recomputation.block(body, w.blocks.get(i), block.before());
      }
      x = block.x();
    }
    Operand<TFloat32> end = x.sum(tf.withSubScope("norm"), arithmetic);
    if (recomputation != null) {
      recomputation.ends(arithmetic, w.embedding, end);
    }
    return new Ended(end, sequences);
  }

  /**
   * Every token, block and attention map, for analysis; by TensorFlow's own ops in float32.
   *
   * @param images as in {@link View}
   * @param keep as in {@link View}
   */
  public static Output forward(
      Ops tf,
      Weights w,
      VitConfig config,
      Operand<TFloat32> images,
      @Nullable Operand<TInt32> keep) {
    Arithmetic arithmetic = Arithmetic.of(Compute.PORTABLE);
    Embedding.Output embedded =
        Embedding.apply(
            tf.withSubScope("embedding"), arithmetic, w.embedding, config, images, keep);
    Sequences sequences = new Sequences(List.of(embedded.group()));
    int tokens = embedded.group().tokens();
    Block.Stream x = new Block.Stream(embedded.x(), null, null);
    List<Operand<TFloat32>> outputs = new ArrayList<>();
    List<Operand<TFloat32>> attentions = new ArrayList<>();
    for (int i = 0; i < w.blocks.size(); i++) {
      Ops scope = tf.withSubScope("block" + i);
      Block.Output block =
          Block.apply(scope, arithmetic, w.blocks.get(i), config, x, sequences, null, i);
      x = new Block.Stream(block.x().sum(scope, arithmetic), null, null);
      outputs.add(batched(tf, x.h(), tokens, config.width()));
      attentions.add(Objects.requireNonNull(block.attention(), "composite kernels give it"));
    }
    Operand<TFloat32> normed =
        LayerNorm.apply(tf.withSubScope("norm"), w.norm, x.h(), config.layerNormEps());
    return new Output(batched(tf, normed, tokens, config.width()), outputs, attentions);
  }

  private static Operand<TFloat32> batched(Ops tf, Operand<TFloat32> x, int tokens, int width) {
    return tf.reshape(x, tf.constant(new int[] {-1, tokens, width}));
  }
}
