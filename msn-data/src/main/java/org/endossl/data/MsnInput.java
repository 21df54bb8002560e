package org.endossl.data;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.endossl.model.Compute;
import org.endossl.model.ops.FusedOps;
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
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TType;

/**
 * The views that a pre-training step sees, read, decoded, drawn and batched inside its graph.
 *
 * <p>Plain files are read in an order drawn anew over all frames for each epoch; where a file is
 * compressed, all are read as streams through a shuffle buffer. Either way the batches are a
 * function of the files, the configuration, the seed and the epoch: the number of workers changes
 * nothing, and an epoch that begins with {@code framesDone} gives the bits that it would have given
 * there.
 *
 * <p>A view leaves the pipeline in bytes, as PIL leaves it, and is normalised in the graph, on the
 * device of the step.
 */
public final class MsnInput implements AutoCloseable {
  /**
   * Views of some frames, normalised.
   *
   * @param target [frames, randSize, randSize, 3]
   * @param random view by view: [randViews * frames, randSize, randSize, 3]
   * @param focal view by view: [focalViews * frames, focalSize, focalSize, 3]; null if none
   */
  public record Images(
      Operand<TFloat32> target, Operand<TFloat32> random, @Nullable Operand<TFloat32> focal) {}

  private final Batches batches;
  private final Placeholder<TInt64> key;
  private final ViewsConfig config;
  private final boolean fused;
  private final Images images;
  private final Operand<TInt64> rows;
  private final long frames;
  private final int batch;

  private MsnInput(
      Ops tf,
      FrameFiles files,
      ViewsConfig config,
      int batch,
      int shuffle,
      int workers,
      int cached,
      Compute.Kernels kernels) {
    Ops cpu = Batches.onCpu(tf);
    FrameSource source = FrameSource.of(cpu, files, shuffle);
    this.frames = files.frames();
    this.batch = batch;
    this.key = cpu.placeholder(TInt64.class, Placeholder.shape(Shape.of(2)));
    List<Class<? extends TType>> types =
        new ArrayList<>(Collections.nCopies(config.views(), TUint8.class));
    List<Shape> shapes = new ArrayList<>();
    for (int i = 0; i < config.views(); i++) {
      int size = i <= config.randViews() ? config.randSize() : config.focalSize();
      shapes.add(Shape.of(size, size, 3));
    }
    types.add(TInt64.class);
    shapes.add(Shape.scalar());
    try (Views all = new Views(config, kernels);
        FrameCache cache =
            cached == 0 ? null : new FrameCache(source, List.of(key), cached, kernels);
        ConcreteFunction views =
            ConcreteFunction.create(fn -> views(fn, source, key, all, cache, kernels))) {
      this.batches =
          Batches.build(
              cpu,
              source,
              List.of(key),
              views,
              new Batches.Form(types, shapes, batch, true, workers));
    }
    this.config = config;
    this.fused = kernels.fused(FusedOps::status) && InputOps.status().loaded();
    this.images = images(tf, bytes());
    this.rows = batches.numbers(config.views());
  }

  /**
   * Builds the input.
   *
   * @param tf of the training graph
   * @param files at least a batch of frames
   * @param batch frames per step; what is left of an epoch is dropped
   * @param shuffle encoded frames held to draw from where files are compressed, {@code >= 1}; plain
   *     files are drawn from as a whole and nothing is held
   * @param workers threads that decode and augment; 0 lets TensorFlow choose
   */
  public static MsnInput build(
      Ops tf, FrameFiles files, ViewsConfig config, int batch, int shuffle, int workers) {
    return build(tf, files, config, batch, shuffle, workers, 0, Compute.Kernels.AUTO);
  }

  /**
   * As {@link #build(Ops, FrameFiles, ViewsConfig, int, int, int)}, with decoded frames kept for
   * the epochs to come, and in one or the other form; the batches are the same.
   *
   * @param cached how many at most, 1.2 MB for each of 854x480; 0 for none
   * @param kernels native ops or TensorFlow's own for decoding and views
   */
  public static MsnInput build(
      Ops tf,
      FrameFiles files,
      ViewsConfig config,
      int batch,
      int shuffle,
      int workers,
      int cached,
      Compute.Kernels kernels) {
    require("cache", cached, 0);
    require("batch", batch, 1);
    require("shuffle", shuffle, 1);
    require("workers", workers, 0);
    if (files.frames() < batch) {
      throw new IllegalArgumentException(
          "batch: got " + batch + ", wanted at most the " + files.frames() + " frames there are");
    }
    return new MsnInput(tf, files, config, batch, shuffle, workers, cached, kernels);
  }

  private static void require(String name, int value, int least) {
    if (value < least) {
      throw new IllegalArgumentException(name + ": got " + value + ", wanted at least " + least);
    }
  }

  private static Signature views(
      Ops tf,
      FrameSource source,
      Operand<TInt64> key,
      Views all,
      @Nullable FrameCache cache,
      Compute.Kernels kernels) {
    Batches.Arguments arguments = Batches.arguments(tf, source, List.of(key));
    List<Operand<? extends TType>> placeholders = arguments.placeholders();
    Operand<TInt64> position = source.position(tf, placeholders);
    Operand<TUint8> image =
        cache == null
            ? Frames.image(tf, source.example(tf, placeholders), kernels)
            : cache.image(tf, placeholders);
    List<Operand<TInt64>> keys = new ArrayList<>();
    tf.unstack(arguments.numbers(-1), 2L).output().forEach(keys::add);
    Operand<TInt64> seed = tf.stack(List.of(keys.get(0), tf.math.add(keys.get(1), position)));
    Signature.Builder signature = arguments.signature("views");
    List<Operand<TUint8>> views = all.of(tf, image, seed);
    for (int i = 0; i < views.size(); i++) {
      signature.output("view" + i, views.get(i));
    }
    return signature.output("row", tf.identity(source.row(tf, placeholders))).build();
  }

  /**
   * A batch's views in bytes, the target's first, then random and focal ones: each [batch, size,
   * size, 3].
   */
  @SuppressWarnings("unchecked") // so the map declares them
  public List<Operand<TUint8>> bytes() {
    List<Operand<TUint8>> views = new ArrayList<>();
    batches
        .components()
        .subList(0, config.views())
        .forEach(v -> views.add((Operand<TUint8>) (Operand<?>) v));
    return views;
  }

  /**
   * The bytes of an equal share of a batch, cut on the processor.
   *
   * @param index of the share, from 0
   * @param shares a divisor of the batch
   * @return as {@link #bytes}, of the share's frames
   */
  public List<Operand<TUint8>> bytes(Ops tf, int index, int shares) {
    if (shares < 1 || batch % shares != 0) {
      throw new IllegalArgumentException(
          "shares: got " + shares + ", wanted a divisor of the batch, " + batch);
    }
    if (shares == 1) {
      return bytes();
    }
    Ops cpu = Batches.onCpu(tf);
    List<Operand<TUint8>> cut = new ArrayList<>();
    for (Operand<TUint8> view : bytes()) {
      int rows = batch / shares;
      cut.add(
          cpu.slice(
              view,
              cpu.constant(new int[] {index * rows, 0, 0, 0}),
              cpu.constant(new int[] {rows, -1, -1, -1})));
    }
    return cut;
  }

  /** Bytes as in {@link #bytes}, of any number of frames, for the networks. */
  public Images images(Ops tf, List<Operand<TUint8>> bytes) {
    int large = 1 + config.randViews();
    return new Images(
        normalized(tf, bytes.subList(0, 1)),
        normalized(tf, bytes.subList(1, large)),
        config.focalViews() == 0 ? null : normalized(tf, bytes.subList(large, config.views())));
  }

  /** View by view; by the native op where it may be, which is the processor's. */
  private Operand<TFloat32> normalized(Ops tf, List<Operand<TUint8>> views) {
    if (fused) {
      return InputOps.normalize(tf, views, config.normalization());
    }
    Operand<TUint8> all = views.size() == 1 ? views.get(0) : tf.concat(views, tf.constant(0));
    return config.normalization().apply(tf, tf.dtypes.cast(all, TFloat32.class));
  }

  /** The target views, [batch, randSize, randSize, 3], normalised. */
  public Operand<TFloat32> target() {
    return images.target();
  }

  /** The random views, view by view: [randViews * batch, randSize, randSize, 3], normalised. */
  public Operand<TFloat32> random() {
    return images.random();
  }

  /** The focal views, view by view: [focalViews * batch, focalSize, focalSize, 3]; null if none. */
  public @Nullable Operand<TFloat32> focal() {
    return images.focal();
  }

  /** Which frames a batch shows: [batch], their places in {@link FrameFiles#entries}. */
  public Operand<TInt64> rows() {
    return rows;
  }

  /**
   * Everything that the iterator gives for a batch: its views as bytes, then {@link #rows}. Feeding
   * all of them takes the iterator's place.
   */
  public List<Operand<TType>> components() {
    return batches.components();
  }

  /** Full batches in an epoch. */
  public long stepsPerEpoch() {
    return frames / batch;
  }

  /**
   * Begins an epoch. After its last step a run ends with {@code TFOutOfRangeException}.
   *
   * @param seed of order and views
   * @param epoch from 0
   * @param framesDone frames of the epoch that were already used: a whole number of batches
   */
  public void start(Session session, long seed, long epoch, long framesDone) {
    if (framesDone < 0 || framesDone > frames || epoch < 0) {
      throw new IllegalArgumentException(
          "start: got epoch "
              + epoch
              + " and "
              + framesDone
              + " frames done, wanted epoch >= 0 and 0 to "
              + frames);
    }
    FrameSource.Order order = new FrameSource.Order(true, seed, epoch, framesDone);
    batches.start(session, order, new FrameSource.Feed(key, TInt64.vectorOf(seed, epoch << 32)));
  }

  /** Nothing is held outside the graph; here so that one can be. */
  @Override
  public void close() {}
}
