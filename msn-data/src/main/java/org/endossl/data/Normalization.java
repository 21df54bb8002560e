package org.endossl.data;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * {@code (x / 255 - mean) / std} per channel.
 *
 * @param mean of red, green and blue, on 0..1 images
 * @param std likewise, above 0
 */
public record Normalization(List<Double> mean, List<Double> std) {
  /** ImageNet's. */
  public static final Normalization IMAGENET =
      new Normalization(List.of(0.485, 0.456, 0.406), List.of(0.229, 0.224, 0.225));

  /** 0..255 to 0..1. */
  public static final Normalization NONE =
      new Normalization(List.of(0.0, 0.0, 0.0), List.of(1.0, 1.0, 1.0));

  public Normalization {
    mean = List.copyOf(mean);
    std = List.copyOf(std);
    if (mean.size() != 3 || mean.stream().anyMatch(v -> !Double.isFinite(v))) {
      throw new IllegalArgumentException("mean: got " + mean + ", wanted three numbers");
    }
    if (std.size() != 3 || std.stream().anyMatch(v -> !(v > 0 && Double.isFinite(v)))) {
      throw new IllegalArgumentException("std: got " + std + ", wanted three numbers above 0");
    }
  }

  /**
   * Normalises images of any size.
   *
   * @param images [..., width, 3], 0..255
   * @return the same shape
   */
  public Operand<TFloat32> apply(Ops tf, Operand<TFloat32> images) {
    Shape shape = images.shape();
    long width = shape.numDimensions() < 2 ? Shape.UNKNOWN_SIZE : shape.get(-2);
    if (width == Shape.UNKNOWN_SIZE) {
      return scaled(tf, images, 1);
    }
    // Whole rows at a time: three values to broadcast are slow.
    Operand<TFloat32> rows =
        tf.reshape(images, tf.constant(new int[] {-1, Math.toIntExact(3 * width)}));
    return tf.reshape(scaled(tf, rows, Math.toIntExact(width)), tf.shape(images));
  }

  /** What bytes are multiplied by, three for each of the pixels of a row. */
  float[] scale(int width) {
    float[] scale = new float[3 * width];
    for (int i = 0; i < scale.length; i++) {
      scale[i] = (float) (1 / (255 * std.get(i % 3)));
    }
    return scale;
  }

  /** What is then taken away. */
  float[] shift(int width) {
    float[] shift = new float[3 * width];
    for (int i = 0; i < shift.length; i++) {
      shift[i] = (float) (mean.get(i % 3) / std.get(i % 3));
    }
    return shift;
  }

  private Operand<TFloat32> scaled(Ops tf, Operand<TFloat32> x, int width) {
    float[] scale = scale(width);
    float[] shift = shift(width);
    return tf.math.sub(tf.math.mul(x, tf.constant(scale)), tf.constant(shift));
  }
}
