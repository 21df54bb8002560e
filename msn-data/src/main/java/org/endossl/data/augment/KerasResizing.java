package org.endossl.data.augment;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.ReduceMin;
import org.tensorflow.op.core.Squeeze;
import org.tensorflow.op.image.ResizeBilinear;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TUint8;

/** Keras' Resizing layer: bilinear between the centres of pixels, without antialias. */
public final class KerasResizing {
  private KerasResizing() {}

  /**
   * Resizes, whatever becomes of the aspect.
   *
   * @param image [height, width, 3]
   * @return [size, size, 3], 0..255, not rounded
   */
  public static Operand<TFloat32> apply(Ops tf, Operand<TUint8> image, int size) {
    return tf.squeeze(
        tf.image.resizeBilinear(
            tf.expandDims(image, tf.constant(0)),
            tf.constant(new int[] {size, size}),
            ResizeBilinear.halfPixelCenters(true)),
        Squeeze.axis(List.of(0L)));
  }

  /**
   * Keeps the aspect (crop_to_aspect_ratio): resizes the largest square in the middle.
   *
   * @param image [height, width, 3]
   * @return [size, size, 3], 0..255, not rounded
   */
  public static Operand<TFloat32> cropped(Ops tf, Operand<TUint8> image, int size) {
    Operand<TInt32> extent =
        tf.slice(tf.shape(image), tf.constant(new int[] {0}), tf.constant(new int[] {2}));
    Operand<TInt32> side =
        tf.reduceMin(extent, tf.constant(new int[] {0}), ReduceMin.keepDims(true)); // [1]
    Operand<TInt32> begin =
        tf.math.div(tf.math.sub(extent, side), tf.constant(2)); // neither is negative
    Operand<TUint8> square =
        tf.slice(
            image,
            tf.concat(List.of(begin, tf.constant(new int[] {0})), tf.constant(0)),
            tf.concat(List.of(side, side, tf.constant(new int[] {3})), tf.constant(0)));
    return apply(tf, square, size);
  }
}
