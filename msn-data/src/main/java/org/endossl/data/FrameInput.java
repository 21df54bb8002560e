package org.endossl.data;

import java.util.List;
import org.endossl.data.augment.KerasResizing;
import org.tensorflow.ConcreteFunction;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.Signature;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TType;

/**
 * Every frame once, whole, for features and evaluation: resized as Keras' Resizing does,
 * normalised, with its place in {@link FrameFiles#entries} so that labels can be joined.
 *
 * <p>Plain files come in the index's order (video, frame number). Where a file is compressed they
 * come file by file as they lie there; {@link #rows} tells in both cases.
 */
public final class FrameInput implements AutoCloseable {
  private final Batches batches;
  private final Operand<TFloat32> images;

  private FrameInput(Batches batches, Operand<TFloat32> images) {
    this.batches = batches;
    this.images = images;
  }

  /**
   * Builds the input.
   *
   * @param size side of the images, pixels
   * @param batch frames per run; the last may be fewer
   * @param workers threads that decode and resize; 0 lets TensorFlow choose
   */
  @SuppressWarnings("unchecked")
  public static FrameInput build(
      Ops tf, FrameFiles files, int size, Normalization normalization, int batch, int workers) {
    if (size < 1 || batch < 1 || workers < 0) {
      throw new IllegalArgumentException(
          "frame input: got size "
              + size
              + ", batch "
              + batch
              + ", workers "
              + workers
              + ", wanted at least 1, 1 and 0");
    }
    Ops cpu = Batches.onCpu(tf);
    FrameSource source = FrameSource.of(cpu, files, 0);
    List<Class<? extends TType>> types = List.of(TFloat32.class, TInt64.class);
    Batches.Form form =
        new Batches.Form(
            types, List.of(Shape.of(size, size, 3), Shape.scalar()), batch, false, workers);
    try (ConcreteFunction resized = ConcreteFunction.create(fn -> resized(fn, source, size))) {
      Batches batches = Batches.build(cpu, source, List.of(), resized, form);
      Operand<TFloat32> pixels = (Operand<TFloat32>) (Operand<?>) batches.components().get(0);
      return new FrameInput(batches, normalization.apply(tf, pixels));
    }
  }

  private static Signature resized(Ops tf, FrameSource source, int size) {
    Batches.Arguments arguments = Batches.arguments(tf, source, List.of());
    FrameSource.Frame frame = source.frame(tf, arguments.placeholders());
    return arguments
        .signature("resized")
        .output("image", KerasResizing.apply(tf, Frames.image(tf, frame.example()), size))
        .output("row", frame.row())
        .build();
  }

  /** A batch of images, [frames, size, size, 3], normalised. */
  public Operand<TFloat32> images() {
    return images;
  }

  /** Their places in {@link FrameFiles#entries}, [frames]. */
  public Operand<TInt64> rows() {
    return batches.numbers(1);
  }

  /** Begins with the first frame. After the last a run ends with {@code TFOutOfRangeException}. */
  public void start(Session session) {
    batches.start(session, new FrameSource.Order(false, 0, 0, 0));
  }

  /** Nothing is held outside the graph; here so that one can be. */
  @Override
  public void close() {}
}
