package org.endossl.data.augment;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Squeeze;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TUint8;

/**
 * Model Garden's operations that blend an image with a lesser one: factor 0 gives the lesser image,
 * 1 the image, more goes beyond it.
 */
final class BlendOps {
  private BlendOps() {}

  private static Operand<TUint8> blend(
      Ops tf, Operand<TUint8> lesser, Operand<TUint8> image, Operand<TFloat32> factor) {
    Operand<TFloat32> from = tf.dtypes.cast(lesser, TFloat32.class);
    Operand<TFloat32> difference = tf.math.sub(tf.dtypes.cast(image, TFloat32.class), from);
    return ToneOps.bytes(tf, tf.math.add(from, tf.math.mul(factor, difference)));
  }

  /** Blends with the grey image. */
  static Operand<TUint8> color(Ops tf, Operand<TUint8> image, Operand<TFloat32> factor) {
    Operand<TUint8> gray = grayscale(tf, image);
    return blend(tf, tf.concat(List.of(gray, gray, gray), tf.constant(2)), image, factor);
  }

  /** {@code tf.image.rgb_to_grayscale}: [height, width, 1]. */
  private static Operand<TUint8> grayscale(Ops tf, Operand<TUint8> image) {
    Operand<TFloat32> unit =
        tf.math.mul(tf.dtypes.cast(image, TFloat32.class), tf.constant((float) (1 / 255.0)));
    Operand<TFloat32> gray =
        tf.linalg.matMul(
            tf.reshape(unit, tf.constant(new int[] {-1, 3})),
            tf.constant(new float[][] {{0.2989f}, {0.5870f}, {0.1140f}}));
    Operand<TUint8> bytes = tf.dtypes.cast(tf.math.mul(gray, tf.constant(255.5f)), TUint8.class);
    return tf.reshape(bytes, tf.concat(List.of(extent(tf, image), ones(tf, 1)), tf.constant(0)));
  }

  /**
   * Blends with a grey. Model Garden means the mean, but computes the number of pixels over 256, at
   * most 255: 196 for any image of 224x224.
   */
  static Operand<TUint8> contrast(Ops tf, Operand<TUint8> image, Operand<TFloat32> factor) {
    Operand<TFloat32> pixels =
        tf.dtypes.cast(
            tf.reduceProd(extent(tf, image), tf.constant(new int[] {0})), TFloat32.class);
    Operand<TUint8> gray = ToneOps.bytes(tf, tf.math.div(pixels, tf.constant(256f)));
    return blend(tf, gray, image, factor);
  }

  /** Blends with black. */
  static Operand<TUint8> brightness(Ops tf, Operand<TUint8> image, Operand<TFloat32> factor) {
    return blend(tf, tf.zerosLike(image), image, factor);
  }

  /** Blends with the image smoothed by PIL's kernel of 3x3, whose border stays as it is. */
  static Operand<TUint8> sharpness(Ops tf, Operand<TUint8> image, Operand<TFloat32> factor) {
    float[][][][] kernel = new float[3][3][3][1];
    for (int y = 0; y < 3; y++) {
      for (int x = 0; x < 3; x++) {
        for (int c = 0; c < 3; c++) {
          kernel[y][x][c][0] = (y == 1 && x == 1 ? 5f : 1f) / 13f;
        }
      }
    }
    Operand<TFloat32> four = tf.expandDims(tf.dtypes.cast(image, TFloat32.class), tf.constant(0));
    Operand<TFloat32> smooth =
        tf.nn.depthwiseConv2dNative(four, tf.constant(kernel), List.of(1L, 1L, 1L, 1L), "VALID");
    Operand<TUint8> inner =
        ToneOps.bytes(tf, tf.squeeze(smooth, Squeeze.axis(List.of(0L)))); // [h - 2, w - 2, 3]
    Operand<TInt32> border = tf.constant(new int[][] {{1, 1}, {1, 1}, {0, 0}});
    Operand<TUint8> padded = tf.pad(inner, border, tf.dtypes.cast(tf.constant(0), TUint8.class));
    Operand<TBool> inside =
        tf.math.equal(
            tf.pad(tf.onesLike(tf.dtypes.cast(inner, TInt32.class)), border, tf.constant(0)),
            tf.constant(1));
    return blend(tf, tf.select(inside, padded, image), image, factor);
  }

  /** [2]: height and width. */
  static Operand<TInt32> extent(Ops tf, Operand<TUint8> image) {
    return tf.slice(tf.shape(image), tf.constant(new int[] {0}), tf.constant(new int[] {2}));
  }

  private static Operand<TInt32> ones(Ops tf, int count) {
    return tf.fill(tf.constant(new int[] {count}), tf.constant(1));
  }
}
