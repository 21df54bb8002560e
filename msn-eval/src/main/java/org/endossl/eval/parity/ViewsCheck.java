package org.endossl.eval.parity;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.endossl.data.Normalization;
import org.endossl.data.augment.ColorOps;
import org.endossl.data.augment.GaussianBlur;
import org.endossl.data.augment.Planar;
import org.endossl.data.augment.ResizedCrop;
import org.endossl.eval.embed.CenterCrop;
import org.endossl.model.HostTensor;
import org.endossl.model.WeightsException;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TNumber;

/**
 * MSN's view operations as torchvision and PIL do them: {@code resized_crop:top,left,height,width,
 * size} and {@code center_crop:shorter,size} of {@code input}, the others of {@code small}.
 */
final class ViewsCheck implements GoldenCheck {
  /** Grey levels of one value. */
  private static final double BAR = 2;

  /** Grey levels, mean of an image. */
  private static final double MEAN_BAR = 0.5;

  /** Normalised values are not rounded to grey levels. */
  private static final double NORMALIZED_BAR = 1e-5;

  @Override
  public void run(Path golden, Findings findings) throws IOException {
    try (ImageGraph graph = ImageGraph.open(golden)) {
      for (String name : graph.names()) {
        if (!name.equals("input") && !name.equals("small")) {
          graph.want(name, operand(graph, name));
        }
      }
      graph.compute(
          findings,
          (name, computed, expected) -> {
            if (name.equals("normalized")) {
              Differences.compare(name, computed, expected, NORMALIZED_BAR, findings);
            } else {
              levels(name, computed, expected, findings);
            }
          });
    }
  }

  private static void levels(
      String name, HostTensor computed, HostTensor expected, Findings findings) {
    Differences.compare(name, computed, expected, BAR, findings);
    if (computed.shape().equals(expected.shape())) {
      findings.compare(
          name + " mean",
          Differences.mean(computed.toArray(), expected.toArray()),
          MEAN_BAR,
          "mean absolute");
    }
  }

  /** What this build computes for an expected name; null if nothing. */
  private static @Nullable Operand<? extends TNumber> operand(ImageGraph graph, String name)
      throws IOException {
    int colon = name.indexOf(':');
    String op = colon < 0 ? name : name.substring(0, colon);
    float[] values = colon < 0 ? new float[0] : numbers(graph, name, name.substring(colon + 1));
    Ops tf = graph.tf();
    if (op.equals("resized_crop") && values.length == 5) {
      int[] box = {(int) values[0], (int) values[1], (int) values[2], (int) values[3]};
      return Planar.toImage(
          tf, ResizedCrop.apply(tf, graph.image("input"), tf.constant(box), (int) values[4]));
    }
    if (op.equals("center_crop") && values.length == 2) {
      return CenterCrop.apply(tf, graph.image("input"), (int) values[0], (int) values[1]);
    }
    Operand<TUint8> small = graph.image("small");
    Operand<TFloat32> pixels = tf.dtypes.cast(small, TFloat32.class);
    if (values.length == 0) {
      return switch (op) {
        case "grayscale" -> Planar.toImage(tf, ColorOps.grayscale(tf, Planar.of(tf, pixels)));
        case "hflip" -> tf.reverse(small, tf.constant(new int[] {1}));
        case "normalized" -> Normalization.IMAGENET.apply(tf, pixels);
        default -> null;
      };
    }
    Operand<TFloat32> x = colored(graph, op, Planar.of(tf, pixels), values);
    return x == null ? null : Planar.toImage(tf, x);
  }

  private static @Nullable Operand<TFloat32> colored(
      ImageGraph graph, String op, Operand<TFloat32> x, float[] values) throws IOException {
    Ops tf = graph.tf();
    Operand<TFloat32> value = tf.constant(values[0]);
    long[] shape = graph.shape("small");
    boolean blurs = values[0] > 0 && values[0] <= GaussianBlur.MAX_RADIUS;
    return switch (op) {
      case "brightness" -> ColorOps.brightness(tf, x, value);
      case "contrast" -> ColorOps.contrast(tf, x, value);
      case "saturation" -> ColorOps.saturation(tf, x, value);
      case "hue" -> ColorOps.hue(tf, x, value);
      case "gaussian_blur" ->
          blurs ? GaussianBlur.apply(tf, x, (int) shape[0], (int) shape[1], value) : null;
      default -> null;
    };
  }

  private static float[] numbers(ImageGraph graph, String name, String text) throws IOException {
    try {
      double[] values =
          Arrays.stream(text.split(",", -1)).mapToDouble(Double::parseDouble).toArray();
      float[] floats = new float[values.length];
      for (int i = 0; i < floats.length; i++) {
        floats[i] = (float) values[i];
      }
      return floats;
    } catch (NumberFormatException e) {
      throw new WeightsException(graph + ": " + name + ": wanted numbers behind the colon", e);
    }
  }
}
