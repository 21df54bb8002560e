package org.endossl.model;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TType;

/** By TensorFlow's own ops. */
final class CompositeArithmetic extends Arithmetic {
  CompositeArithmetic(boolean bfloat16) {
    super(bfloat16);
  }

  @Override
  Operand<?> layerNorm(Ops tf, LayerNorm.Weights w, Operand<TFloat32> x, double epsilon) {
    return narrow(tf, LayerNorm.apply(tf, w, x, epsilon));
  }

  @Override
  Added addLayerNorm(
      Ops tf,
      LayerNorm.Weights w,
      Operand<TFloat32> h,
      Operand<?> branch,
      Operand<TFloat32> bias,
      double epsilon) {
    Operand<TFloat32> sum = tf.math.add(h, tf.nn.biasAdd(widen(tf, branch), bias));
    return new Added(sum, layerNorm(tf, w, sum, epsilon));
  }

  @Override
  Operand<?> biasGelu(Ops tf, Operand<?> u, Operand<TFloat32> bias) {
    return narrow(tf, Gelu.apply(tf, tf.nn.biasAdd(widen(tf, u), bias)));
  }

  @Override
  Mixed attention(
      Ops tf,
      Operand<?> qkv,
      Operand<TFloat32> bias,
      Sequences sequences,
      int heads,
      int headWidth) {
    int width = heads * headWidth;
    Operand<TFloat32> biased = tf.nn.biasAdd(widen(tf, qkv), bias);
    List<Operand<?>> mixed = new ArrayList<>();
    Operand<TFloat32> weights = null;
    List<Operand<TFloat32>> parts = sequences.split(tf, biased, 3 * width);
    for (int i = 0; i < parts.size(); i++) {
      Operand<?> heads5 =
          transpose(
              tf,
              reshape(
                  tf,
                  narrow(tf, parts.get(i)),
                  -1,
                  sequences.groups().get(i).tokens(),
                  3,
                  heads,
                  headWidth),
              2,
              0,
              3,
              1,
              4); // [3, batch, heads, tokens, headWidth]
      List<? extends Output<?>> each = unstack(tf, heads5);
      Operand<?> q =
          narrow(
              tf,
              tf.math.mul(widen(tf, each.get(0)), tf.constant((float) (1 / Math.sqrt(headWidth)))));
      weights = tf.nn.softmax(widen(tf, batchMatMul(tf, q, each.get(1), true)));
      Operand<?> y = batchMatMul(tf, narrow(tf, weights), each.get(2), false);
      mixed.add(reshape(tf, transpose(tf, y, 0, 2, 1, 3), -1, width));
    }
    return new Mixed(concat(tf, mixed), parts.size() == 1 ? weights : null);
  }

  @SuppressWarnings("unchecked") // all of one type
  private static Operand<?> concat(Ops tf, List<Operand<?>> parts) {
    return Sequences.concat(tf, (List<Operand<TType>>) (List<?>) parts);
  }

  private static <T extends TType> List<Output<T>> unstack(Ops tf, Operand<T> x) {
    return tf.unstack(x, 3L).output();
  }

  @Override
  Operand<?> patches(
      Ops tf, Operand<TFloat32> images, @Nullable Operand<TInt32> keep, int grid, int patch) {
    int values = patch * patch * 3;
    Operand<TFloat32> cut =
        tf.linalg.transpose(
            tf.reshape(images, tf.constant(new int[] {-1, grid, patch, grid, patch, 3})),
            tf.constant(new int[] {0, 1, 3, 2, 4, 5})); // [batch, grid, grid, patch, patch, 3]
    Operand<TFloat32> all = tf.reshape(cut, tf.constant(new int[] {-1, grid * grid, values}));
    Operand<TFloat32> kept = keep == null ? all : tf.gather(all, keep, tf.constant(1));
    return narrow(tf, tf.reshape(kept, tf.constant(new int[] {-1, values})));
  }
}
