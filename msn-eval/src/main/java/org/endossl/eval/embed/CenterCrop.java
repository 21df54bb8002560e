package org.endossl.eval.embed;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.ReduceMin;
import org.tensorflow.op.core.Squeeze;
import org.tensorflow.op.image.ScaleAndTranslate;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TUint8;

/**
 * torchvision's Resize of the shorter side and CenterCrop on PIL images, in one pass: bilinear with
 * a triangle as wide as the reduction.
 *
 * <p>Deviation: PIL also rounds between the horizontal and the vertical pass; at most one grey
 * level.
 */
public final class CenterCrop {
  private CenterCrop() {}

  /** torchvision's usual pair for a side: 256 for 224. */
  static int shorter(int size) {
    return Math.round(size * 256 / 224f);
  }

  /**
   * Resizes and cuts.
   *
   * @param image [height, width, 3]
   * @param shorter side after resizing, pixels
   * @param size side of the result, pixels, at most {@code shorter}
   * @return [size, size, 3], whole numbers 0..255
   */
  public static Operand<TFloat32> apply(Ops tf, Operand<TUint8> image, int shorter, int size) {
    Operand<TInt32> sides =
        tf.slice(tf.shape(image), tf.constant(new int[] {0}), tf.constant(new int[] {2}));
    Operand<TInt32> least =
        tf.reduceMin(sides, tf.constant(new int[] {0}), ReduceMin.keepDims(true));
    // int(shorter * long / short), as torchvision; neither is negative.
    Operand<TInt32> resized = tf.math.div(tf.math.mul(sides, tf.constant(shorter)), least);
    Operand<TFloat32> scale =
        tf.math.div(tf.dtypes.cast(resized, TFloat32.class), tf.dtypes.cast(sides, TFloat32.class));
    // int(round((side - size) / 2.0)): halves to the even number.
    Operand<TFloat32> begin =
        tf.math.rint(
            tf.math.mul(
                tf.dtypes.cast(tf.math.sub(resized, tf.constant(size)), TFloat32.class),
                tf.constant(0.5f)));
    Operand<TFloat32> cut =
        tf.image.scaleAndTranslate(
            tf.expandDims(image, tf.constant(0)),
            tf.constant(new int[] {size, size}),
            scale,
            tf.math.neg(begin),
            ScaleAndTranslate.kernelType("triangle"),
            ScaleAndTranslate.antialias(true));
    return tf.math.floor(
        tf.math.add(tf.squeeze(cut, Squeeze.axis(List.of(0L))), tf.constant(0.5f)));
  }
}
