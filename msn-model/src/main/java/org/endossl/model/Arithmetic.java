package org.endossl.model;

import com.google.common.primitives.ImmutableIntArray;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.op.train.BatchMatMul;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;
import org.tensorflow.types.family.TType;

/**
 * The parts of a block in one precision. Activations, {@code Operand<?>} here, are float32 or
 * bfloat16; the residual stream, weights and biases are float32.
 */
abstract class Arithmetic {
  private final boolean bfloat16;

  Arithmetic(boolean bfloat16) {
    this.bfloat16 = bfloat16;
  }

  static Arithmetic of(Compute compute) {
    return compute.fused()
        ? new FusedArithmetic(compute.bfloat16(), compute.gradients())
        : new CompositeArithmetic(compute.bfloat16());
  }

  /**
   * What {@link #addLayerNorm} gives.
   *
   * @param sum [rows, width] the residual stream with the branch
   * @param y [rows, width] normalised
   */
  record Added(Operand<TFloat32> sum, Operand<?> y) {}

  /**
   * What {@link #attention} gives.
   *
   * @param y [rows, width]
   * @param weights [batch, heads, tokens, tokens], rows sum to 1; null where they are not at hand
   */
  record Mixed(Operand<?> y, @Nullable Operand<TFloat32> weights) {}

  /** LayerNorm of x [rows, width]. */
  abstract Operand<?> layerNorm(Ops tf, LayerNorm.Weights w, Operand<TFloat32> x, double epsilon);

  /** {@code h + branch + bias}, and LayerNorm of it. */
  abstract Added addLayerNorm(
      Ops tf,
      LayerNorm.Weights w,
      Operand<TFloat32> h,
      Operand<?> branch,
      Operand<TFloat32> bias,
      double epsilon);

  /** {@code gelu(u + bias)}. */
  abstract Operand<?> biasGelu(Ops tf, Operand<?> u, Operand<TFloat32> bias);

  /** GELU of float32 rows that BatchNorm normalises group by group; rows of each group. */
  BatchNorm.Output batchNormGelu(
      Ops tf, BatchNorm.Weights w, Operand<TFloat32> x, ImmutableIntArray groups) {
    return BatchNorm.trainGelu(tf, w, x, groups);
  }

  /** An MLP without the second layer's bias. */
  Operand<?> mlp(Ops tf, Mlp.Weights w, VitConfig.Activation form, Operand<?> x) {
    Operand<?> u = matMul(tf, x, w.fc1().kernel());
    Operand<TFloat32> bias = w.fc1().bias();
    Operand<?> hidden =
        form == VitConfig.Activation.GELU
            ? biasGelu(tf, u, bias)
            : narrow(tf, Gelu.apply(tf, form, tf.nn.biasAdd(widen(tf, u), bias)));
    return matMul(tf, hidden, w.fc2().kernel());
  }

  /** Attention within each sequence; qkv [rows, 3 * width] without its bias. */
  abstract Mixed attention(
      Ops tf,
      Operand<?> qkv,
      Operand<TFloat32> bias,
      Sequences sequences,
      int heads,
      int headWidth);

  /**
   * The class tokens' rows of {@link #attention}, of normalised y [rows, width]: [sequences,
   * width].
   */
  Operand<?> classAttention(
      Ops tf, Linear.Weights qkv, VitConfig config, Operand<?> y, Sequences sequences) {
    return Attention.classValues(tf, this, qkv, config, y, sequences);
  }

  /** The kept patches of images: [batch * kept, patch * patch * 3]; all of them without keep. */
  abstract Operand<?> patches(
      Ops tf, Operand<TFloat32> images, @Nullable Operand<TInt32> keep, int grid, int patch);

  /**
   * The tokens of images, [batch * (1 + kept), width].
   *
   * @param projected [batch * kept, width]
   * @param added [1 + kept, width] to every image's class token and patches
   * @param batch -1 if that is known when the graph runs only
   */
  Operand<TFloat32> tokens(
      Ops tf, Operand<?> projected, Operand<TFloat32> added, int batch, int kept, int width) {
    Operand<TFloat32> padded =
        tf.pad(
            tf.reshape(widen(tf, projected), tf.constant(new int[] {-1, kept, width})),
            tf.constant(new int[][] {{0, 0}, {1, 0}, {0, 0}}),
            tf.constant(0f)); // [batch, 1 + kept, width], zeros for the class token
    return tf.reshape(tf.math.add(padded, added), tf.constant(new int[] {-1, width}));
  }

  final DataType type() {
    return bfloat16 ? DataType.DT_BFLOAT16 : DataType.DT_FLOAT;
  }

  /** To the type of activations. */
  final Operand<?> narrow(Ops tf, Operand<TFloat32> x) {
    return bfloat16 ? tf.dtypes.cast(x, TBfloat16.class) : x;
  }

  /** To float32. */
  @SuppressWarnings("unchecked") // float32 already
  final Operand<TFloat32> widen(Ops tf, Operand<?> x) {
    return bfloat16
        ? tf.dtypes.cast((Operand<? extends TNumber>) x, TFloat32.class)
        : (Operand<TFloat32>) x;
  }

  /** {@code x kernel}, of x's type. */
  @SuppressWarnings("unchecked") // both are of the type of activations
  Operand<?> matMul(Ops tf, Operand<?> x, Operand<TFloat32> kernel) {
    return tf.linalg.matMul(
        (Operand<TNumber>) x, (Operand<TNumber>) narrow(tf, kernel), new MatMul.Options[0]);
  }

  /** {@code x kernel + bias} in float32. */
  final Operand<TFloat32> linear(Ops tf, Linear.Weights w, Operand<?> x) {
    return tf.nn.biasAdd(widen(tf, matMul(tf, x, w.kernel())), w.bias());
  }

  /** Products over all but the last two axes; both of the type of activations. */
  @SuppressWarnings("unchecked")
  final Operand<?> batchMatMul(Ops tf, Operand<?> a, Operand<?> b, boolean transposed) {
    return bfloat16
        ? tf.train.batchMatMul(
            (Operand<TBfloat16>) a,
            (Operand<TBfloat16>) b,
            TBfloat16.class,
            BatchMatMul.adjY(transposed))
        : tf.train.batchMatMul(
            (Operand<TFloat32>) a,
            (Operand<TFloat32>) b,
            TFloat32.class,
            BatchMatMul.adjY(transposed));
  }

  static Operand<?> reshape(Ops tf, Operand<?> x, int... shape) {
    return reshaped(tf, x, shape);
  }

  private static <T extends TType> Operand<T> reshaped(Ops tf, Operand<T> x, int... shape) {
    return tf.reshape(x, tf.constant(shape));
  }

  static Operand<?> transpose(Ops tf, Operand<?> x, int... order) {
    return transposed(tf, x, order);
  }

  private static <T extends TType> Operand<T> transposed(Ops tf, Operand<T> x, int... order) {
    return tf.linalg.transpose(x, tf.constant(order));
  }
}
