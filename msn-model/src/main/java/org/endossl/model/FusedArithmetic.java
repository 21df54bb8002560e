package org.endossl.model;

import com.google.common.primitives.ImmutableIntArray;
import org.endossl.model.ops.FusedOps;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** By the native ops. */
final class FusedArithmetic extends Arithmetic {
  private final boolean gradients;

  FusedArithmetic(boolean bfloat16) {
    this(bfloat16, true);
  }

  FusedArithmetic(boolean bfloat16, boolean gradients) {
    super(bfloat16);
    this.gradients = gradients;
  }

  @Override
  Operand<?> matMul(Ops tf, Operand<?> x, Operand<TFloat32> kernel) {
    return FusedOps.multiplies(type())
        ? FusedOps.matMul(tf, x, kernel)
        : super.matMul(tf, x, kernel);
  }

  /** Below so many rows its products are not those of the native MLP. */
  private static final long FEW_ROWS = 24;

  @Override
  Operand<?> mlp(Ops tf, Mlp.Weights w, VitConfig.Activation form, Operand<?> x) {
    boolean native16 =
        form == VitConfig.Activation.GELU
            && type() == DataType.DT_BFLOAT16
            && FusedOps.multiplies(DataType.DT_BFLOAT16)
            && x.shape().get(0) >= FEW_ROWS;
    return native16
        ? FusedOps.mlp(tf, x, w.fc1().kernel(), w.fc1().bias(), w.fc2().kernel(), gradients)
        : super.mlp(tf, w, form, x);
  }

  @Override
  Operand<?> layerNorm(Ops tf, LayerNorm.Weights w, Operand<TFloat32> x, double epsilon) {
    return FusedOps.layerNorm(tf, x, w.weight(), w.bias(), epsilon, type());
  }

  @Override
  Added addLayerNorm(
      Ops tf,
      LayerNorm.Weights w,
      Operand<TFloat32> h,
      Operand<?> branch,
      Operand<TFloat32> bias,
      double epsilon) {
    FusedOps.Added added =
        FusedOps.addLayerNorm(tf, h, branch, bias, w.weight(), w.bias(), epsilon);
    return new Added(added.sum(), added.y());
  }

  @Override
  Operand<?> biasGelu(Ops tf, Operand<?> u, Operand<TFloat32> bias) {
    return FusedOps.biasGelu(tf, u, bias);
  }

  @Override
  BatchNorm.Output batchNormGelu(
      Ops tf, BatchNorm.Weights w, Operand<TFloat32> x, ImmutableIntArray groups) {
    return BatchNorm.fusedTrainGelu(tf, w, x, groups);
  }

  @Override
  Mixed attention(
      Ops tf,
      Operand<?> qkv,
      Operand<TFloat32> bias,
      Sequences sequences,
      int heads,
      int headWidth) {
    return new Mixed(FusedOps.attention(tf, qkv, bias, sequences.matrix(tf), heads), null);
  }

  @Override
  Operand<?> classAttention(
      Ops tf, Linear.Weights qkv, VitConfig config, Operand<?> y, Sequences sequences) {
    Operand<?> values =
        FusedOps.classAttention(
            tf, y, qkv.kernel(), qkv.bias(), sequences.matrix(tf), config.heads());
    return reshape(tf, values, sequences.count(), config.width()); // the graph knows no groups
  }

  @Override
  Operand<TFloat32> tokens(
      Ops tf, Operand<?> projected, Operand<TFloat32> added, int batch, int kept, int width) {
    int rows = batch < 0 ? -1 : batch * (1 + kept);
    return tf.reshape(FusedOps.tokens(tf, projected, added), tf.constant(new int[] {rows, width}));
  }

  @Override
  Operand<?> patches(
      Ops tf, Operand<TFloat32> images, @Nullable Operand<TInt32> keep, int grid, int patch) {
    Operand<?> cut =
        FusedOps.patches(tf, images, keep == null ? FusedOps.none(tf) : keep, patch, type());
    long kept = keep == null ? (long) grid * grid : keep.shape().get(0);
    long batch = images.shape().get(0);
    int rows = batch < 0 || kept < 0 ? -1 : (int) (batch * kept);
    return reshape(tf, cut, rows, patch * patch * 3); // its shape function does not know the patch
  }
}
