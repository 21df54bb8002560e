package org.endossl.eval.embed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.endossl.eval.Encoder;
import org.endossl.eval.Preprocessing;
import org.endossl.eval.ProgressListener;
import org.endossl.eval.WeightsSource;
import org.endossl.eval.features.Matrix;
import org.endossl.model.WeightsException;
import org.endossl.tfrecords.DataException;
import org.jspecify.annotations.Nullable;

/**
 * Images to vectors. Source: endossl's {@code inference.py}, which resizes bilinearly as here but
 * hands over pixels on 0..255; here they are normalised as the encoder was trained.
 */
public final class Embed {
  private static final List<String> ENDINGS = List.of(".png", ".jpg", ".jpeg", ".bmp", ".gif");

  private Embed() {}

  /**
   * Vectors of images.
   *
   * @param names the files' names, sorted
   * @param vectors one row each
   */
  public record Embedding(List<String> names, Matrix vectors) {}

  /**
   * Embeds the images and writes them as {@link EmbedRequest#out} asks for.
   *
   * @throws IllegalArgumentException if there is no image
   * @throws DataException if a file is no image
   * @throws WeightsException if the weights are damaged
   */
  public static Embedding run(EmbedRequest request, ProgressListener listener) throws IOException {
    Embedding embedding =
        of(
            request.weights(),
            images(request.input()),
            request.preprocessing(),
            ImageFit.SQUARE,
            request.batch(),
            listener);
    EmbeddingFiles.write(request, embedding);
    return embedding;
  }

  /**
   * Embeds some images.
   *
   * @param files in the order of the rows
   * @param preprocessing null takes the weights' own
   * @param fit to the encoder's square, not drawn
   * @param batch images that the encoder sees at once
   */
  public static Embedding of(
      WeightsSource weights,
      List<Path> files,
      @Nullable Preprocessing preprocessing,
      ImageFit fit,
      int batch,
      ProgressListener listener)
      throws IOException {
    Encoder encoder = weights.open();
    Preprocessing wanted = preprocessing == null ? encoder.preprocessing() : preprocessing;
    try (ImageEncoder network = ImageEncoder.open(encoder, wanted, fit)) {
      Matrix vectors = network.encode(files, batch, listener);
      return new Embedding(
          files.stream().map(f -> String.valueOf(f.getFileName())).toList(), vectors);
    }
  }

  /** The images of a directory, sorted, not those of its subdirectories; or one image. */
  public static List<Path> images(Path input) throws IOException {
    if (Files.isRegularFile(input)) {
      return List.of(input);
    } else if (!Files.isDirectory(input)) {
      throw new IllegalArgumentException("input: no " + input + "; wanted an image or a directory");
    }
    List<Path> files = new ArrayList<>();
    try (Stream<Path> entries = Files.list(input)) {
      entries.filter(Embed::isImage).sorted().forEach(files::add);
    }
    if (files.isEmpty()) {
      throw new IllegalArgumentException("input: " + input + " holds no " + ENDINGS);
    }
    return files;
  }

  private static boolean isImage(Path file) {
    String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
    return ENDINGS.stream().anyMatch(name::endsWith) && Files.isRegularFile(file);
  }
}
