package org.endossl.eval.embed;

import java.nio.file.Path;
import org.endossl.eval.Preprocessing;
import org.endossl.eval.WeightsSource;
import org.jspecify.annotations.Nullable;

/**
 * Images to embed.
 *
 * @param weights of the encoder
 * @param input an image, or a directory of images (not its subdirectories)
 * @param out the .npy to write; the names go into the .csv beside it
 * @param preprocessing of the images; null takes the weights' own
 * @param batch images that the encoder sees at once
 */
public record EmbedRequest(
    WeightsSource weights, Path input, Path out, @Nullable Preprocessing preprocessing, int batch) {
  public EmbedRequest {
    if (!out.toString().endsWith(".npy")) {
      throw new IllegalArgumentException("out: got " + out + ", wanted a name that ends in .npy");
    } else if (batch < 1) {
      throw new IllegalArgumentException("batch: got " + batch + ", wanted at least 1");
    }
  }

  /** Where the names go. */
  public Path names() {
    String name = String.valueOf(out.getFileName());
    return out.resolveSibling(name.substring(0, name.length() - ".npy".length()) + ".csv");
  }
}
