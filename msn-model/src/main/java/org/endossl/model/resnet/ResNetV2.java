package org.endossl.model.resnet;

import java.util.ArrayList;
import java.util.List;
import org.endossl.model.Initializer;
import org.endossl.model.VariableStore;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * ResNetV2 with average pooling. Source: {@code ResNetV2}, {@code stack2} and {@code block2} of
 * keras.applications. Variables have Keras' names with a dot before the weight: {@code
 * conv2_block1_1_conv.kernel}. Images are {@code x / 127.5 - 1} of pixels on 0..255.
 */
public final class ResNetV2 {
  /** A convolution; kernel [h, w, in, out], bias [out] or null. */
  private record Conv(Operand<TFloat32> kernel, @Nullable Operand<TFloat32> bias) {}

  /** One block; the shortcut of all but the first of a stage is the input. */
  private record Block(
      KerasBatchNorm.Weights preact,
      @Nullable Conv shortcut,
      Conv conv1,
      KerasBatchNorm.Weights norm1,
      Conv conv2,
      KerasBatchNorm.Weights norm2,
      Conv conv3,
      int stride) {}

  /** Its weights, made by {@link #create}. */
  public static final class Weights {
    private final Conv stem;
    private final List<Block> blocks;
    private final KerasBatchNorm.Weights post;

    private Weights(Conv stem, List<Block> blocks, KerasBatchNorm.Weights post) {
      this.stem = stem;
      this.blocks = List.copyOf(blocks);
      this.post = post;
    }
  }

  /**
   * What a training step computes.
   *
   * @param features [batch, width]
   * @param updates of the moving averages; run them once per step
   */
  public record Trained(Operand<TFloat32> features, List<Op> updates) {
    public Trained {
      updates = List.copyOf(updates);
    }
  }

  private ResNetV2() {}

  /** Creates the variables, drawn as Keras draws them (Glorot's uniform, zero biases). */
  public static Weights create(VariableStore store, ResNetV2Config config) {
    Conv stem = conv(store, "conv1_conv", 7, 3, config.stem(), true);
    List<Block> blocks = new ArrayList<>();
    int in = config.stem();
    for (int s = 0; s < config.stages().size(); s++) {
      ResNetV2Config.Stage stage = config.stages().get(s);
      for (int b = 0; b < stage.blocks(); b++) {
        blocks.add(block(store, name(s, b), in, stage, b));
        in = stage.channels();
      }
    }
    return new Weights(stem, blocks, KerasBatchNorm.create(store, "post_bn", in));
  }

  /** Keras' name of a block; both counted from 0. */
  static String name(int stage, int block) {
    return "conv" + (stage + 2) + "_block" + (block + 1);
  }

  private static Block block(
      VariableStore store, String name, int in, ResNetV2Config.Stage stage, int number) {
    int filters = stage.filters();
    return new Block(
        KerasBatchNorm.create(store, name + "_preact_bn", in),
        number == 0 ? conv(store, name + "_0_conv", 1, in, stage.channels(), true) : null,
        conv(store, name + "_1_conv", 1, in, filters, false),
        KerasBatchNorm.create(store, name + "_1_bn", filters),
        conv(store, name + "_2_conv", 3, filters, filters, false),
        KerasBatchNorm.create(store, name + "_2_bn", filters),
        conv(store, name + "_3_conv", 1, filters, stage.channels(), true),
        number == stage.blocks() - 1 ? stage.stride() : 1);
  }

  private static Conv conv(
      VariableStore store, String name, int side, int in, int out, boolean bias) {
    double limit = Math.sqrt(6.0 / ((double) side * side * (in + out)));
    return new Conv(
        store
            .variable(
                name + ".kernel", Shape.of(side, side, in, out), Initializer.uniform(limit), true)
            .value(),
        bias
            ? store.variable(name + ".bias", Shape.of(out), Initializer.zeros(), true).value()
            : null);
  }

  /**
   * Features with the moving averages, for evaluation or for training with fixed statistics.
   *
   * @param images [batch, height, width, 3], {@code x / 127.5 - 1}
   * @return [batch, width]
   */
  public static Operand<TFloat32> features(Ops tf, Weights w, Operand<TFloat32> images) {
    return forward(tf, w, images, null);
  }

  /**
   * Features with the batch's statistics, as Keras' {@code training=True}.
   *
   * @param images as in {@link #features}
   */
  public static Trained train(Ops tf, Weights w, Operand<TFloat32> images) {
    List<Op> updates = new ArrayList<>();
    return new Trained(forward(tf, w, images, updates), updates);
  }

  private static Operand<TFloat32> forward(
      Ops tf, Weights w, Operand<TFloat32> images, @Nullable List<Op> updates) {
    Operand<TFloat32> x = padded(tf, images, 3);
    x = convolved(tf, w.stem, x, 2); // [batch, h / 2, w / 2, stem]
    x = pooled(tf, padded(tf, x, 1), 3, 2); // padded by zeros, as Keras does, not by -inf
    for (Block block : w.blocks) {
      x = apply(tf, block, x, updates);
    }
    x = active(tf, w.post, x, updates); // [batch, h', w', width]
    return tf.math.mean(x, tf.constant(new int[] {1, 2}));
  }

  private static Operand<TFloat32> apply(
      Ops tf, Block block, Operand<TFloat32> x, @Nullable List<Op> updates) {
    int stride = block.stride();
    Operand<TFloat32> preact = active(tf, block.preact(), x, updates);
    Operand<TFloat32> shortcut = stride > 1 ? pooled(tf, x, 1, stride) : x;
    if (block.shortcut() != null) {
      shortcut = convolved(tf, block.shortcut(), preact, stride);
    }
    Operand<TFloat32> y = convolved(tf, block.conv1(), preact, 1);
    y = padded(tf, active(tf, block.norm1(), y, updates), 1);
    y = active(tf, block.norm2(), convolved(tf, block.conv2(), y, stride), updates);
    return tf.math.add(shortcut, convolved(tf, block.conv3(), y, 1));
  }

  private static Operand<TFloat32> active(
      Ops tf, KerasBatchNorm.Weights w, Operand<TFloat32> x, @Nullable List<Op> updates) {
    return tf.nn.relu(
        updates == null ? KerasBatchNorm.infer(tf, w, x) : KerasBatchNorm.train(tf, w, x, updates));
  }

  private static Operand<TFloat32> convolved(Ops tf, Conv conv, Operand<TFloat32> x, long stride) {
    Operand<TFloat32> y = tf.nn.conv2d(x, conv.kernel(), List.of(1L, stride, stride, 1L), "VALID");
    return conv.bias() == null ? y : tf.nn.biasAdd(y, conv.bias());
  }

  private static Operand<TFloat32> pooled(Ops tf, Operand<TFloat32> x, int side, int stride) {
    return tf.nn.maxPool(
        x,
        tf.constant(new int[] {1, side, side, 1}),
        tf.constant(new int[] {1, stride, stride, 1}),
        "VALID");
  }

  private static Operand<TFloat32> padded(Ops tf, Operand<TFloat32> x, int by) {
    return tf.pad(
        x, tf.constant(new int[][] {{0, 0}, {by, by}, {by, by}, {0, 0}}), tf.constant(0f));
  }
}
