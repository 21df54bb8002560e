package org.endossl.data.augment;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;

/** The form that an image has between ops: float [3, height, width] of whole numbers 0..255. */
public final class Planar {
  private Planar() {}

  /**
   * From the usual order.
   *
   * @param image [height, width, 3], whole numbers
   */
  public static Operand<TFloat32> of(Ops tf, Operand<TFloat32> image) {
    return tf.linalg.transpose(image, tf.constant(new int[] {2, 0, 1}));
  }

  /**
   * Back to the usual order.
   *
   * @return [height, width, 3]
   */
  public static Operand<TUint8> toImage(Ops tf, Operand<TFloat32> planar) {
    return tf.linalg.transpose(
        tf.dtypes.cast(planar, TUint8.class), tf.constant(new int[] {1, 2, 0}));
  }

  /** To the nearest whole number, halves up, for values that are not negative. */
  static Operand<TFloat32> round(Ops tf, Operand<TFloat32> x) {
    return tf.math.floor(tf.math.add(x, tf.constant(0.5f)));
  }
}
