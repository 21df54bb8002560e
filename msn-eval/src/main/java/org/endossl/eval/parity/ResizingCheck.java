package org.endossl.eval.parity;

import java.io.IOException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.endossl.data.augment.KerasResizing;

/**
 * {@code resizing_N} and {@code resizing_N_crop} of {@code input} as Keras' Resizing layer gives
 * them, {@code tf_image_resize_N} as tf.image.resize does.
 */
final class ResizingCheck implements GoldenCheck {
  /** Grey levels; the results are not rounded. */
  private static final double BAR = 0.01;

  private static final Pattern NAME = Pattern.compile("(resizing|tf_image_resize)_(\\d+)(_crop)?");

  @Override
  public void run(Path golden, Findings findings) throws IOException {
    try (ImageGraph graph = ImageGraph.open(golden)) {
      for (String name : graph.names()) {
        Matcher matcher = NAME.matcher(name);
        if (matcher.matches()) {
          int size = Integer.parseInt(matcher.group(2));
          graph.want(
              name,
              matcher.group(3) == null
                  ? KerasResizing.apply(graph.tf(), graph.image("input"), size)
                  : KerasResizing.cropped(graph.tf(), graph.image("input"), size));
        } else if (!name.equals("input")) {
          graph.want(name, null);
        }
      }
      graph.compute(
          findings,
          (name, computed, expected) ->
              Differences.compare(name, computed, expected, BAR, findings));
    }
  }
}
