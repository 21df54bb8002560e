package org.endossl.eval.embed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.endossl.data.augment.KerasResizing;
import org.endossl.eval.Encoder;
import org.endossl.eval.Preprocessing;
import org.endossl.eval.Progress;
import org.endossl.eval.ProgressListener;
import org.endossl.eval.WeightsSource;
import org.endossl.eval.features.Matrix;
import org.endossl.model.WeightsException;
import org.endossl.tfrecords.DataException;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.exceptions.TFInvalidArgumentException;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.image.DecodePng;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;

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
   * @param batch images that the encoder sees at once
   */
  public static Embedding of(
      WeightsSource weights,
      List<Path> files,
      @Nullable Preprocessing preprocessing,
      int batch,
      ProgressListener listener)
      throws IOException {
    Encoder encoder = weights.open();
    Preprocessing wanted = preprocessing == null ? encoder.preprocessing() : preprocessing;
    Matrix vectors = compute(encoder, files, wanted, batch, listener);
    return new Embedding(
        files.stream().map(f -> String.valueOf(f.getFileName())).toList(), vectors);
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

  private static Matrix compute(
      Encoder encoder,
      List<Path> files,
      Preprocessing preprocessing,
      int batchSize,
      ProgressListener listener)
      throws IOException {
    int size = preprocessing.size();
    int pixels = size * size * 3;
    Matrix vectors = Matrix.zeros(files.size(), encoder.width());
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Placeholder<TString> bytes = tf.placeholder(TString.class, Placeholder.shape(Shape.scalar()));
      Operand<TUint8> decoded = tf.image.decodePng(bytes, TUint8.class, DecodePng.channels(3L));
      Operand<TFloat32> resized = KerasResizing.apply(tf, decoded, size);
      Placeholder<TFloat32> batch =
          tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, size, size, 3)));
      Encoder.Network network = encoder.create(tf);
      Operand<TFloat32> features = network.features(preprocessing.normalization().apply(tf, batch));
      try (Session session = new Session(graph)) {
        network.load(session);
        long start = System.nanoTime();
        for (int from = 0; from < files.size(); from += batchSize) {
          int to = Math.min(files.size(), from + batchSize);
          float[] images = new float[Math.multiplyExact(to - from, pixels)];
          for (int i = from; i < to; i++) {
            image(session, bytes, resized, files.get(i), images, (i - from) * pixels, pixels);
          }
          embed(
              session, batch, features, images, Shape.of(to - from, size, size, 3), vectors, from);
          double seconds = Math.max(1e-9, (System.nanoTime() - start) * 1e-9);
          listener.progress(new Progress("embed", to, files.size(), "images", to / seconds, ""));
        }
      }
    }
    return vectors;
  }

  private static void image(
      Session session,
      Placeholder<TString> bytes,
      Operand<TFloat32> resized,
      Path file,
      float[] images,
      int at,
      int pixels)
      throws IOException {
    try (TString fed = TString.tensorOfBytes(NdArrays.scalarOfObject(Files.readAllBytes(file)));
        Tensor image = session.runner().feed(bytes, fed).fetch(resized).run().get(0)) {
      float[] values = new float[pixels];
      ((TFloat32) image).copyTo(DataBuffers.of(values, false, false));
      System.arraycopy(values, 0, images, at, pixels);
    } catch (TensorFlowException | TFInvalidArgumentException e) {
      throw new DataException(file + ": no image that can be read; wanted PNG or JPEG", e);
    }
  }

  private static void embed(
      Session session,
      Placeholder<TFloat32> batch,
      Operand<TFloat32> features,
      float[] images,
      Shape shape,
      Matrix vectors,
      int from) {
    try (TFloat32 fed = TFloat32.tensorOf(shape, DataBuffers.of(images));
        Tensor result = session.runner().feed(batch, fed).fetch(features).run().get(0)) {
      float[] values = new float[(int) shape.get(0) * vectors.columns()];
      ((TFloat32) result).copyTo(DataBuffers.of(values, false, false));
      System.arraycopy(values, 0, vectors.values(), vectors.start(from), values.length);
    }
  }
}
