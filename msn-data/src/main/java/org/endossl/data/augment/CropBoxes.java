package org.endossl.data.augment;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.ReduceMax;
import org.tensorflow.op.core.ReduceSum;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * torchvision's RandomResizedCrop.get_params: a box of random area and log-uniform aspect, 3/4 to
 * 4/3; the first of ten that fits, else the largest centred one of an allowed aspect.
 */
public final class CropBoxes {
  /** Uniform numbers that one box takes. */
  public static final int DRAWS = 22;

  private static final int TRIES = 10;
  private static final float LEAST_ASPECT = 3 / 4f;
  private static final float GREATEST_ASPECT = 4 / 3f;

  private CropBoxes() {}

  /**
   * Makes boxes of uniform numbers.
   *
   * @param imageSize [2]: height, width, pixels
   * @param uniform [boxes, 22] in [0, 1)
   * @param leastArea share of the image, above 0
   * @param greatestArea share of the image, at most 1
   * @return [boxes, 4]: top, left, height, width
   */
  public static Operand<TInt32> of(
      Ops tf,
      Operand<TInt32> imageSize,
      Operand<TFloat32> uniform,
      double leastArea,
      double greatestArea) {
    Operand<TFloat32> size = tf.dtypes.cast(imageSize, TFloat32.class);
    Operand<TFloat32> height = element(tf, size, 0);
    Operand<TFloat32> width = element(tf, size, 1);
    Operand<TFloat32> area =
        tf.math.mul(
            tf.math.mul(height, width),
            between(tf, columns(tf, uniform, 0, TRIES), leastArea, greatestArea));
    Operand<TFloat32> aspect =
        tf.math.exp(
            between(
                tf,
                columns(tf, uniform, TRIES, TRIES),
                Math.log(LEAST_ASPECT),
                Math.log(GREATEST_ASPECT)));
    Operand<TFloat32> w = tf.math.rint(tf.math.sqrt(tf.math.mul(area, aspect))); // [boxes, tries]
    Operand<TFloat32> h = tf.math.rint(tf.math.sqrt(tf.math.div(area, aspect)));
    Operand<TFloat32> first = firstThatFits(tf, h, w, height, width);
    Operand<TFloat32> boxHeight = pick(tf, h, first);
    Operand<TFloat32> boxWidth = pick(tf, w, first);
    Operand<TFloat32> top = place(tf, columns(tf, uniform, 2 * TRIES, 1), height, boxHeight);
    Operand<TFloat32> left = place(tf, columns(tf, uniform, 2 * TRIES + 1, 1), width, boxWidth);
    Operand<TFloat32> drawn = tf.concat(List.of(top, left, boxHeight, boxWidth), tf.constant(1));
    Operand<TBool> any =
        tf.math.greater(
            tf.reduceMax(first, tf.constant(new int[] {1}), ReduceMax.keepDims(true)),
            tf.constant(0f));
    Operand<TFloat32> fallback = tf.expandDims(centred(tf, height, width), tf.constant(0));
    return tf.dtypes.cast(tf.select(any, drawn, fallback), TInt32.class);
  }

  /** One-hot [boxes, tries]; a row of zeros where none fits. */
  private static Operand<TFloat32> firstThatFits(
      Ops tf,
      Operand<TFloat32> h,
      Operand<TFloat32> w,
      Operand<TFloat32> height,
      Operand<TFloat32> width) {
    Operand<TFloat32> one = tf.constant(1f);
    Operand<TBool> fits =
        tf.math.logicalAnd(
            tf.math.logicalAnd(tf.math.greaterEqual(h, one), tf.math.lessEqual(h, height)),
            tf.math.logicalAnd(tf.math.greaterEqual(w, one), tf.math.lessEqual(w, width)));
    Operand<TFloat32> fit = tf.dtypes.cast(fits, TFloat32.class);
    Operand<TFloat32> count = tf.math.cumsum(fit, tf.constant(1));
    return tf.math.mul(fit, tf.dtypes.cast(tf.math.lessEqual(count, one), TFloat32.class));
  }

  private static Operand<TFloat32> pick(Ops tf, Operand<TFloat32> of, Operand<TFloat32> oneHot) {
    return tf.reduceSum(
        tf.math.mul(of, oneHot),
        tf.constant(new int[] {1}),
        ReduceSum.keepDims(true)); // [boxes, 1]
  }

  /** A whole number, 0 to whole - part. */
  private static Operand<TFloat32> place(
      Ops tf, Operand<TFloat32> uniform, Operand<TFloat32> whole, Operand<TFloat32> part) {
    Operand<TFloat32> room = tf.math.sub(whole, part);
    return tf.math.minimum(
        tf.math.floor(tf.math.mul(uniform, tf.math.add(room, tf.constant(1f)))), room);
  }

  /** [4] */
  private static Operand<TFloat32> centred(
      Ops tf, Operand<TFloat32> height, Operand<TFloat32> width) {
    Operand<TFloat32> h =
        tf.math.minimum(height, tf.math.rint(tf.math.div(width, tf.constant(LEAST_ASPECT))));
    Operand<TFloat32> w =
        tf.math.minimum(width, tf.math.rint(tf.math.mul(height, tf.constant(GREATEST_ASPECT))));
    Operand<TFloat32> half = tf.constant(0.5f);
    return tf.stack(
        List.of(
            tf.math.floor(tf.math.mul(tf.math.sub(height, h), half)),
            tf.math.floor(tf.math.mul(tf.math.sub(width, w), half)),
            h,
            w));
  }

  private static Operand<TFloat32> between(
      Ops tf, Operand<TFloat32> uniform, double least, double greatest) {
    return tf.math.add(
        tf.math.mul(uniform, tf.constant((float) (greatest - least))), tf.constant((float) least));
  }

  private static Operand<TFloat32> columns(Ops tf, Operand<TFloat32> matrix, int first, int count) {
    return tf.slice(matrix, tf.constant(new int[] {0, first}), tf.constant(new int[] {-1, count}));
  }

  private static Operand<TFloat32> element(Ops tf, Operand<TFloat32> vector, int index) {
    return tf.gather(vector, tf.constant(index), tf.constant(0));
  }
}
