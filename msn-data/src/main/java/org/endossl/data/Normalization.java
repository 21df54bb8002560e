package org.endossl.data;

import java.util.List;
import org.tensorflow.Operand;
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
   * @param images [..., 3], 0..255
   * @return the same shape
   */
  public Operand<TFloat32> apply(Ops tf, Operand<TFloat32> images) {
    float[] scale = new float[3];
    float[] shift = new float[3];
    for (int i = 0; i < 3; i++) {
      scale[i] = (float) (1 / (255 * std.get(i)));
      shift[i] = (float) (mean.get(i) / std.get(i));
    }
    return tf.math.sub(tf.math.mul(images, tf.constant(scale)), tf.constant(shift));
  }
}
