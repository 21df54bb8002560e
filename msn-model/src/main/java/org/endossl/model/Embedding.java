package org.endossl.model;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** Images to tokens: patches, class token, positions, patch drop. */
final class Embedding {
  /**
   * Its weights.
   *
   * @param classToken [1, 1, width]
   * @param positions [1, tokens, width], the class token's first
   * @param patch [patch * patch * 3, width], rows by row, column, channel
   */
  record Weights(Operand<TFloat32> classToken, Operand<TFloat32> positions, Linear.Weights patch) {}

  /**
   * What it gives.
   *
   * @param x [batch * tokens, width]
   * @param group the sequences in it
   */
  record Output(Operand<TFloat32> x, Sequences.Group group) {}

  private Embedding() {}

  static Weights create(VariableStore store, VitConfig config) {
    int width = config.width();
    Initializer drawn = Initializer.truncatedNormal(0.02);
    return new Weights(
        store.variable("cls_token", Shape.of(1, 1, width), drawn, true).value(),
        store.variable("pos_embed", Shape.of(1, config.tokens(), width), drawn, true).value(),
        // The original keeps kaiming_normal_ (fan in, ReLU) for its convolution.
        Linear.create(
            store,
            "patch_embed.proj",
            config.patchValues(),
            width,
            Initializer.normal(Math.sqrt(2.0 / config.patchValues()))));
  }

  static Output apply(
      Ops tf,
      Arithmetic arithmetic,
      Weights w,
      VitConfig config,
      Operand<TFloat32> images,
      @Nullable Operand<TInt32> keep) {
    int grid = grid(config, images.shape());
    int width = config.width();
    Operand<TFloat32> positions = positions(tf, w.positions(), config, grid); // [1 + patches, w]
    Operand<TFloat32> others = rows(tf, positions, 1, grid * grid, width);
    int kept = grid * grid;
    if (keep != null) {
      kept = kept(keep.shape(), kept);
      others = tf.gather(others, keep, tf.constant(0));
    }
    Operand<?> patches = arithmetic.patches(tf, images, keep, grid, config.patchSize());
    Operand<?> projected =
        arithmetic.matMul(tf, patches, w.patch().kernel()); // [batch * kept, width]
    // What is added to every image: class token, bias and positions meet in one small matrix.
    Operand<TFloat32> added =
        tf.concat(
            List.of(
                tf.math.add(
                    tf.reshape(w.classToken(), tf.constant(new int[] {1, width})),
                    rows(tf, positions, 0, 1, width)),
                tf.nn.biasAdd(others, w.patch().bias())),
            tf.constant(0)); // [1 + kept, width]
    int batch = (int) images.shape().get(0);
    return new Output(
        arithmetic.tokens(tf, projected, added, batch, kept, width),
        Sequences.group(tf, images, 1 + kept));
  }

  private static int grid(VitConfig config, Shape images) {
    int patch = config.patchSize();
    if (images.numDimensions() != 4
        || images.get(1) < 1
        || images.get(1) != images.get(2)
        || images.get(1) % patch != 0
        || images.get(3) != 3) {
      throw new IllegalArgumentException(
          "images: got shape "
              + images
              + ", wanted [batch, side, side, 3] with a known side that "
              + patch
              + ", the patch size, divides");
    }
    return (int) (images.get(1) / patch);
  }

  private static int kept(Shape keep, int patches) {
    if (keep.numDimensions() != 1 || keep.get(0) < 1 || keep.get(0) > patches) {
      throw new IllegalArgumentException(
          "keep: got shape " + keep + ", wanted [kept] with a known 1 <= kept <= " + patches);
    }
    return (int) keep.get(0);
  }

  /**
   * The positions for a grid. Source: {@code interpolate_pos_encoding} of facebookresearch/msn.
   * Deviation: where {@code floor(side * sqrt(patches / learned))} falls short of the grid by
   * rounding the original fails; here the grid decides.
   *
   * @return [1 + grid * grid, width]
   */
  static Operand<TFloat32> positions(
      Ops tf, Operand<TFloat32> learned, VitConfig config, int grid) {
    int side = config.grid();
    int width = config.width();
    Operand<TFloat32> flat = tf.reshape(learned, tf.constant(new int[] {config.tokens(), width}));
    if (grid == side) {
      return flat;
    }
    double scale = Math.sqrt((double) (grid * grid) / (side * side));
    Operand<TFloat32> matrix = tf.constant(Bicubic.matrix(side, grid, scale)); // [grid, side]
    Operand<TFloat32> x = rows(tf, flat, 1, side * side, width);
    for (int axis = 0; axis < 2; axis++) { // rows, then columns: each pass turns the plane over
      int other = axis == 0 ? side : grid;
      Operand<TFloat32> resampled =
          tf.linalg.matMul(matrix, tf.reshape(x, tf.constant(new int[] {side, other * width})));
      x =
          tf.linalg.transpose(
              tf.reshape(resampled, tf.constant(new int[] {grid, other, width})),
              tf.constant(new int[] {1, 0, 2})); // [other, grid, width]
    }
    return tf.concat(
        List.of(
            rows(tf, flat, 0, 1, width),
            tf.reshape(x, tf.constant(new int[] {grid * grid, width}))),
        tf.constant(0));
  }

  private static Operand<TFloat32> rows(
      Ops tf, Operand<TFloat32> matrix, int from, int count, int width) {
    return tf.slice(
        matrix, tf.constant(new int[] {from, 0}), tf.constant(new int[] {count, width}));
  }
}
