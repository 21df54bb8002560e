package org.endossl.data.augment;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.endossl.data.Golden;
import org.endossl.data.Graphs;
import org.endossl.data.Normalization;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TNumber;

/** Every op against torchvision and PIL. */
class GoldenViewsTest {
  /**
   * Bars in grey levels.
   *
   * @param max of one value
   * @param mean of all
   */
  private record Bar(double max, double mean) {}

  private static final Map<String, Bar> BARS =
      Map.of(
          "resized_crop", new Bar(0, 0),
          "brightness", new Bar(0, 0),
          "contrast", new Bar(0, 0),
          "saturation", new Bar(0, 0),
          "hue", new Bar(0, 0),
          "grayscale", new Bar(0, 0),
          "hflip", new Bar(0, 0),
          "gaussian_blur", new Bar(0, 0),
          "normalized", new Bar(1e-6, 1e-6));

  @TestFactory
  Stream<DynamicTest> everyOp_isTorchvisions() {
    Map<String, Golden.Array> golden = Golden.read("views_ops.safetensors");
    return golden.keySet().stream()
        .filter(name -> !name.equals("input") && !name.equals("small"))
        .map(name -> DynamicTest.dynamicTest(name, () -> check(golden, name)));
  }

  private static void check(Map<String, Golden.Array> golden, String name) {
    float[] want = requireNonNull(golden.get(name)).values();
    float[] got = Graphs.run(tf -> compute(tf, golden, name));
    assertEquals(want.length, got.length);
    double max = 0;
    double sum = 0;
    for (int i = 0; i < want.length; i++) {
      max = Math.max(max, Math.abs(want[i] - got[i]));
      sum += Math.abs(want[i] - got[i]);
    }
    double mean = sum / want.length;
    Bar bar = requireNonNull(BARS.get(name.split(":", -1)[0]));
    String measured = name + ": largest difference " + max + ", mean " + mean;
    assertTrue(max <= bar.max && mean <= bar.mean, measured);
  }

  private static Operand<? extends TNumber> compute(
      Ops tf, Map<String, Golden.Array> golden, String name) {
    String op = name.split(":", -1)[0];
    String argument = name.substring(Math.min(name.length(), op.length() + 1));
    if (op.equals("resized_crop")) {
      int[] a = Arrays.stream(argument.split(",", -1)).mapToInt(Integer::parseInt).toArray();
      Operand<TUint8> input = Graphs.image(tf, requireNonNull(golden.get("input")));
      return Planar.toImage(
          tf, ResizedCrop.apply(tf, input, tf.constant(Arrays.copyOf(a, 4)), a[4]));
    }
    Operand<TUint8> small = Graphs.image(tf, requireNonNull(golden.get("small")));
    Operand<TFloat32> x = Planar.of(tf, tf.dtypes.cast(small, TFloat32.class));
    Operand<TFloat32> value = tf.constant(argument.isEmpty() ? 0 : Float.parseFloat(argument));
    return switch (op) {
      case "brightness" -> Planar.toImage(tf, ColorOps.brightness(tf, x, value));
      case "contrast" -> Planar.toImage(tf, ColorOps.contrast(tf, x, value));
      case "saturation" -> Planar.toImage(tf, ColorOps.saturation(tf, x, value));
      case "hue" -> Planar.toImage(tf, ColorOps.hue(tf, x, value));
      case "grayscale" -> Planar.toImage(tf, ColorOps.grayscale(tf, x));
      case "gaussian_blur" -> Planar.toImage(tf, GaussianBlur.apply(tf, x, 96, value));
      case "hflip" -> tf.reverse(small, tf.constant(new int[] {1}));
      case "normalized" -> Normalization.IMAGENET.apply(tf, tf.dtypes.cast(small, TFloat32.class));
      default -> throw new AssertionError(name);
    };
  }
}
