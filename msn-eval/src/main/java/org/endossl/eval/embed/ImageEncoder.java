package org.endossl.eval.embed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.endossl.data.augment.CropBoxes;
import org.endossl.data.augment.KerasResizing;
import org.endossl.data.augment.Planar;
import org.endossl.data.augment.ResizedCrop;
import org.endossl.eval.Encoder;
import org.endossl.eval.Preprocessing;
import org.endossl.eval.Progress;
import org.endossl.eval.ProgressListener;
import org.endossl.eval.features.Matrix;
import org.endossl.tfrecords.DataException;
import org.endossl.train.SessionOptions;
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
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;

/** A frozen encoder of image files. Closed by whoever opened it. */
public final class ImageEncoder implements AutoCloseable {
  private static final double LEAST_AREA = 0.08;

  /** A box's numbers and the one that mirrors. */
  private static final int DRAWS = CropBoxes.DRAWS + 1;

  private final Graph graph = new Graph();
  private final Session session;
  private final int size;
  private final int width;
  private final Placeholder<TString> bytes;
  private final Placeholder<TFloat32> draws;
  private final Operand<TFloat32> fixed;
  private final Operand<TFloat32> random;
  private final Placeholder<TFloat32> images;
  private final Operand<TFloat32> features;

  private ImageEncoder(Encoder encoder, Preprocessing preprocessing, ImageFit fit)
      throws IOException {
    size = preprocessing.size();
    width = encoder.width();
    Ops tf = Ops.create(graph);
    bytes = tf.placeholder(TString.class, Placeholder.shape(Shape.scalar()));
    draws = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(1, DRAWS)));
    Operand<TUint8> decoded = tf.image.decodePng(bytes, TUint8.class, DecodePng.channels(3L));
    fixed =
        fit == ImageFit.CENTER_CROP
            ? CenterCrop.apply(tf, decoded, CenterCrop.shorter(size), size)
            : KerasResizing.apply(tf, decoded, size);
    random = cropped(tf, decoded);
    images = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, size, size, 3)));
    Encoder.Network network = encoder.create(tf);
    features = network.features(preprocessing.normalization().apply(tf, images));
    session = new Session(graph, SessionOptions.DEFAULT.config());
    network.load(session);
  }

  /**
   * Opens an encoder.
   *
   * @param fit of images that are not drawn
   */
  public static ImageEncoder open(Encoder encoder, Preprocessing preprocessing, ImageFit fit)
      throws IOException {
    return new ImageEncoder(encoder, preprocessing, fit);
  }

  private Operand<TFloat32> cropped(Ops tf, Operand<TUint8> image) {
    Operand<TInt32> begin = tf.constant(new int[] {0, 0});
    Operand<TFloat32> box = tf.slice(draws, begin, tf.constant(new int[] {1, CropBoxes.DRAWS}));
    Operand<TInt32> sides =
        tf.slice(tf.shape(image), tf.constant(new int[] {0}), tf.constant(new int[] {2}));
    Operand<TInt32> cut =
        tf.reshape(CropBoxes.of(tf, sides, box, LEAST_AREA, 1), tf.constant(new int[] {4}));
    Operand<TFloat32> square =
        tf.dtypes.cast(Planar.toImage(tf, ResizedCrop.apply(tf, image, cut, size)), TFloat32.class);
    Operand<TFloat32> coin =
        tf.reshape(
            tf.slice(
                draws, tf.constant(new int[] {0, CropBoxes.DRAWS}), tf.constant(new int[] {1, 1})),
            tf.constant(new int[0]));
    return tf.select(
        tf.math.less(coin, tf.constant(0.5f)),
        tf.reverse(square, tf.constant(new int[] {1})),
        square);
  }

  /** Values per image. */
  public int width() {
    return width;
  }

  /**
   * The features of many images, each as it was opened for.
   *
   * @param batch images that the encoder sees at once
   * @return a row for each
   * @throws DataException if a file is no image
   */
  public Matrix encode(List<Path> files, int batch, ProgressListener listener) throws IOException {
    Matrix vectors = Matrix.zeros(files.size(), width);
    long start = System.nanoTime();
    for (int from = 0; from < files.size(); from += batch) {
      int to = Math.min(files.size(), from + batch);
      float[] values = encode(files.subList(from, to), fixed, new float[(to - from) * DRAWS]);
      System.arraycopy(values, 0, vectors.values(), vectors.start(from), values.length);
      double seconds = Math.max(1e-9, (System.nanoTime() - start) * 1e-9);
      listener.progress(new Progress("embed", to, files.size(), "images", to / seconds, ""));
    }
    return vectors;
  }

  /**
   * The features of a random crop of each image, perhaps mirrored.
   *
   * @return [files * width]
   * @throws DataException if a file is no image
   */
  public float[] encode(List<Path> files, RandomGenerator generator) throws IOException {
    float[] drawn = new float[files.size() * DRAWS];
    for (int i = 0; i < drawn.length; i++) {
      drawn[i] = generator.nextFloat();
    }
    return encode(files, random, drawn);
  }

  /** Features of the images as {@code image} makes them; one that draws nothing ignores drawn. */
  private float[] encode(List<Path> files, Operand<TFloat32> image, float[] drawn)
      throws IOException {
    float[] pixels = new float[Math.multiplyExact(files.size(), size * size * 3)];
    read(files, image, drawn, pixels);
    return encode(files.size(), pixels);
  }

  private void read(List<Path> files, Operand<TFloat32> image, float[] drawn, float[] pixels)
      throws IOException {
    try {
      IntStream.range(0, files.size())
          .parallel()
          .forEach(
              i -> {
                try {
                  int from = i * DRAWS;
                  float[] its = Arrays.copyOfRange(drawn, from, from + DRAWS);
                  read(files.get(i), image, its, pixels, i);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private void read(Path file, Operand<TFloat32> image, float[] drawn, float[] pixels, int at)
      throws IOException {
    byte[] content = Files.readAllBytes(file);
    Session.Runner runner = session.runner().fetch(image);
    try (TString fed = TString.tensorOfBytes(NdArrays.scalarOfObject(content));
        TFloat32 numbers = TFloat32.tensorOf(Shape.of(1, DRAWS), DataBuffers.of(drawn));
        Tensor result = runner.feed(bytes, fed).feed(draws, numbers).run().get(0)) {
      float[] values = new float[size * size * 3];
      ((TFloat32) result).copyTo(DataBuffers.of(values, false, false));
      System.arraycopy(values, 0, pixels, at * values.length, values.length);
    } catch (TensorFlowException | TFInvalidArgumentException e) {
      throw new DataException(file + ": no image that can be read; wanted PNG or JPEG", e);
    }
  }

  private float[] encode(int n, float[] pixels) {
    float[] values = new float[n * width];
    try (TFloat32 fed = TFloat32.tensorOf(Shape.of(n, size, size, 3), DataBuffers.of(pixels));
        Tensor result = session.runner().feed(images, fed).fetch(features).run().get(0)) {
      ((TFloat32) result).copyTo(DataBuffers.of(values, false, false));
    }
    return values;
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }
}
