package org.endossl.eval.embed;

import java.nio.file.Path;
import java.util.List;
import org.endossl.eval.Preprocessing;
import org.endossl.eval.WeightsSource;
import org.jspecify.annotations.Nullable;

/**
 * Images to embed.
 *
 * @param weights of the encoder
 * @param input an image, or a directory of images (not its subdirectories)
 * @param out the file to write: {@code .npy} with the names in a {@code .csv} beside it, {@code
 *     .csv} with name and values, or {@code .parquet} with the same columns
 * @param preprocessing of the images; null takes the weights' own
 * @param batch images that the encoder sees at once
 */
public record EmbedRequest(
    WeightsSource weights, Path input, Path out, @Nullable Preprocessing preprocessing, int batch) {
  /** What {@code out} may end in. */
  public static final List<String> ENDINGS = List.of(".npy", ".csv", ".parquet");

  public EmbedRequest {
    if (ENDINGS.stream().noneMatch(out.toString()::endsWith)) {
      throw new IllegalArgumentException(
          "out: got " + out + ", wanted a name that ends in one of " + ENDINGS);
    } else if (batch < 1) {
      throw new IllegalArgumentException("batch: got " + batch + ", wanted at least 1");
    }
  }

  /** Where the names go: {@code out} itself, but for .npy. */
  public Path names() {
    String name = String.valueOf(out.getFileName());
    return name.endsWith(".npy")
        ? out.resolveSibling(name.substring(0, name.length() - ".npy".length()) + ".csv")
        : out;
  }
}
