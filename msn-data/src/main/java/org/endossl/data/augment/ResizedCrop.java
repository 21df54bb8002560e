package org.endossl.data.augment;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Squeeze;
import org.tensorflow.op.image.ScaleAndTranslate;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TUint8;

/**
 * torchvision's resized_crop on PIL images: cut, then bilinear with a triangle as wide as the
 * reduction (antialias).
 *
 * <p>Deviation: PIL also rounds between the horizontal and the vertical pass; at most one grey
 * level.
 */
public final class ResizedCrop {
  private ResizedCrop() {}

  /**
   * Cuts and resizes.
   *
   * @param image [height, width, 3]
   * @param box [4]: top, left, height, width, in pixels, inside the image
   * @param size side of the result, pixels
   * @return planar [3, size, size]
   */
  public static Operand<TFloat32> apply(
      Ops tf, Operand<TUint8> image, Operand<TInt32> box, int size) {
    Operand<TInt32> begin = tf.slice(box, tf.constant(new int[] {0}), tf.constant(new int[] {2}));
    Operand<TInt32> extent = tf.slice(box, tf.constant(new int[] {2}), tf.constant(new int[] {2}));
    Operand<TInt32> three = tf.constant(new int[] {3});
    Operand<TUint8> cut =
        tf.slice(
            image,
            tf.concat(List.of(begin, tf.constant(new int[] {0})), tf.constant(0)),
            tf.concat(List.of(extent, three), tf.constant(0)));
    Operand<TFloat32> scale =
        tf.math.div(tf.constant((float) size), tf.dtypes.cast(extent, TFloat32.class));
    Operand<TFloat32> resized =
        tf.image.scaleAndTranslate(
            tf.expandDims(cut, tf.constant(0)),
            tf.constant(new int[] {size, size}),
            scale,
            tf.constant(new float[] {0, 0}),
            ScaleAndTranslate.kernelType("triangle"),
            ScaleAndTranslate.antialias(true));
    return Planar.of(tf, Planar.round(tf, tf.squeeze(resized, Squeeze.axis(List.of(0L)))));
  }
}
