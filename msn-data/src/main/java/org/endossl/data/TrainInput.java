package org.endossl.data;

import java.util.List;
import org.endossl.data.augment.KerasResizing;
import org.endossl.data.augment.RandAugment;
import org.endossl.data.augment.RandAugmentConfig;
import org.jspecify.annotations.Nullable;
import org.tensorflow.ConcreteFunction;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.Signature;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/**
 * Every frame once an epoch in an order drawn for it, resized as Keras' Resizing does, augmented,
 * normalised, with its place in {@link FrameFiles#entries}: for training with labels. What is drawn
 * is a function of (seed, epoch, place in the epoch). Source: {@code randaug} of endossl's {@code
 * data/cholec80_images.py}.
 */
public final class TrainInput implements AutoCloseable {
  private final Batches batches;
  private final Operand<TFloat32> images;
  private final Placeholder<TInt64> key;
  private final @Nullable RandAugment augment;

  @SuppressWarnings("unchecked") // the map's first component is float32
  private TrainInput(
      Ops tf,
      FrameFiles files,
      int size,
      Normalization normalization,
      @Nullable RandAugmentConfig config,
      int batch,
      int shuffle,
      int workers) {
    Ops cpu = Batches.onCpu(tf);
    FrameSource source = FrameSource.of(cpu, files, shuffle);
    this.key = cpu.placeholder(TInt64.class, Placeholder.shape(Shape.of(2)));
    this.augment = config == null ? null : new RandAugment(config);
    Batches.Form form =
        new Batches.Form(
            List.of(TFloat32.class, TInt64.class),
            List.of(Shape.of(size, size, 3), Shape.scalar()),
            batch,
            false,
            workers);
    try (ConcreteFunction map = ConcreteFunction.create(fn -> map(fn, source, size))) {
      this.batches = Batches.build(cpu, source, List.of(key), map, form);
    }
    Operand<TFloat32> pixels = (Operand<TFloat32>) (Operand<?>) batches.components().get(0);
    this.images = normalization.apply(tf, pixels);
  }

  /**
   * Builds the input.
   *
   * @param size side of the images, pixels
   * @param augment RandAugment on the resized image; null for none
   * @param batch frames per run; the last of an epoch may be fewer
   * @param shuffle encoded frames held to draw from where files are compressed, at least 1
   * @param workers threads that decode; 0 lets TensorFlow choose
   */
  public static TrainInput build(
      Ops tf,
      FrameFiles files,
      int size,
      Normalization normalization,
      @Nullable RandAugmentConfig augment,
      int batch,
      int shuffle,
      int workers) {
    if (size < 1 || batch < 1 || shuffle < 1 || workers < 0) {
      throw new IllegalArgumentException(
          "train input: got size "
              + size
              + ", batch "
              + batch
              + ", shuffle "
              + shuffle
              + ", workers "
              + workers
              + ", wanted at least 1, 1, 1 and 0");
    }
    return new TrainInput(tf, files, size, normalization, augment, batch, shuffle, workers);
  }

  private Signature map(Ops tf, FrameSource source, int size) {
    Batches.Arguments arguments = Batches.arguments(tf, source, List.of(key));
    FrameSource.Frame frame = source.frame(tf, arguments.placeholders());
    Operand<TFloat32> image = KerasResizing.apply(tf, Frames.image(tf, frame.example()), size);
    if (augment != null) {
      List<Operand<TInt64>> keys = new java.util.ArrayList<>();
      tf.unstack(arguments.numbers(-1), 2L).output().forEach(keys::add);
      Operand<TInt64> seed =
          tf.stack(List.of(keys.get(0), tf.math.add(keys.get(1), frame.position())));
      image = tf.ensureShape(augment.applyToFloats(tf, image, seed), Shape.of(size, size, 3));
    }
    return arguments.signature("train").output("image", image).output("row", frame.row()).build();
  }

  /** A batch of images, [frames, size, size, 3], normalised. */
  public Operand<TFloat32> images() {
    return images;
  }

  /** Their places in {@link FrameFiles#entries}, [frames]. */
  public Operand<TInt64> rows() {
    return batches.numbers(1);
  }

  /**
   * Begins an epoch. After its last frame a run ends with {@code TFOutOfRangeException}.
   *
   * @param seed of order and augmentation
   * @param epoch from 0
   */
  public void start(Session session, long seed, long epoch) {
    batches.start(
        session,
        new FrameSource.Order(true, seed, epoch, 0),
        new FrameSource.Feed(key, TInt64.vectorOf(seed, epoch << 32)));
  }

  @Override
  public void close() {
    if (augment != null) {
      augment.close();
    }
  }
}
