package org.endossl.data;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.endossl.data.augment.KerasResizing;
import org.tensorflow.ConcreteFunction;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.Signature;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.data.Iterator;
import org.tensorflow.op.data.ParallelMapDataset;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TType;

/**
 * Whole videos, their frames in order, TF-Cholec80's VIDEO mode: several at a time, the shorter
 * ones padded with black frames of row -1. For temporal models and for looking at videos as a
 * whole.
 *
 * <p>A video of 2,000 frames of 224 pixels takes 1.2 GB; choose size and number of videos for the
 * memory there is.
 */
public final class VideoInput implements AutoCloseable {

  private static final long AUTOTUNE = -1;

  private final List<List<Integer>> videos = new ArrayList<>();
  private final List<String> names;
  private final int together;
  private final PlainCopies copies;
  private final PlainSource source;
  private final Placeholder<TInt64> length;
  private final Placeholder<TInt64> count;
  private final org.tensorflow.op.Op make;
  private final Operand<TFloat32> images;
  private final Operand<TInt64> rows;

  @SuppressWarnings("unchecked")
  private VideoInput(
      Ops tf,
      FrameFiles files,
      PlainCopies copies,
      int size,
      Normalization normalization,
      int together,
      int workers) {
    this.copies = copies;
    this.together = together;
    this.names = files.videos();
    Map<String, List<Integer>> byVideo = new LinkedHashMap<>();
    for (int row = 0; row < files.entries().size(); row++) {
      byVideo.computeIfAbsent(files.entries().get(row).videoId(), v -> new ArrayList<>()).add(row);
    }
    names.forEach(name -> videos.add(byVideo.getOrDefault(name, List.of())));
    Ops cpu = Batches.onCpu(tf);
    this.source = new PlainSource(cpu, copies.files());
    this.length = cpu.placeholder(TInt64.class, Placeholder.shape(Shape.scalar()));
    this.count = cpu.placeholder(TInt64.class, Placeholder.shape(Shape.scalar()));
    List<Class<? extends TType>> types = List.of(TFloat32.class, TInt64.class);
    List<Shape> shapes = List.of(Shape.of(size, size, 3), Shape.scalar());
    Operand<? extends TType> dataset;
    try (ConcreteFunction frame = ConcreteFunction.create(fn -> frame(fn, size));
        ConcreteFunction padding = ConcreteFunction.create(fn -> padding(fn, size));
        ConcreteFunction either = ConcreteFunction.create(fn -> either(fn, frame, padding))) {
      dataset =
          cpu.data.parallelMapDataset(
              source.dataset(),
              source.captures(),
              cpu.constant(workers == 0 ? AUTOTUNE : workers),
              either,
              types,
              shapes,
              ParallelMapDataset.deterministic("true"));
    }
    for (Placeholder<TInt64> batch : List.of(length, count)) {
      shapes = shapes.stream().map(s -> Shape.of(-1).append(s)).toList();
      dataset = cpu.data.batchDataset(dataset, batch, cpu.constant(true), types, shapes);
    }
    Iterator iterator = cpu.data.iterator("", "", types, shapes);
    List<Operand<TType>> components = new ArrayList<>();
    cpu.withName(InputErrors.NEXT + "_of_videos")
        .data
        .iteratorGetNext(iterator, types, shapes)
        .iterator()
        .forEachRemaining(components::add);
    this.make = cpu.data.makeIterator(dataset, iterator);
    this.images = normalization.apply(tf, (Operand<TFloat32>) (Operand<?>) components.get(0));
    this.rows = (Operand<TInt64>) (Operand<?>) components.get(1);
  }

  /**
   * Builds the input.
   *
   * @param files plain record files are read where they lie; compressed ones are unpacked into a
   *     temporary folder first, which {@link #close} removes
   * @param size side of the images, pixels
   * @param together videos per batch; the last batch may have fewer
   * @param workers threads that decode; 0 lets TensorFlow choose
   * @throws org.endossl.tfrecords.DataException when a compressed file is damaged
   */
  public static VideoInput build(
      Ops tf, FrameFiles files, int size, Normalization normalization, int together, int workers)
      throws IOException {
    if (size < 1 || together < 1 || workers < 0) {
      throw new IllegalArgumentException(
          "video input: got size "
              + size
              + ", "
              + together
              + " videos, "
              + workers
              + " workers, wanted at least 1, 1 and 0");
    }
    PlainCopies copies = PlainCopies.of(files);
    try {
      return new VideoInput(tf, files, copies, size, normalization, together, workers);
    } catch (RuntimeException e) {
      copies.close();
      throw e;
    }
  }

  private Signature frame(Ops tf, int size) {
    Batches.Arguments arguments = Batches.arguments(tf, source, List.of());
    FrameSource.Frame frame = source.frame(tf, arguments.placeholders());
    return arguments
        .signature("video_frame")
        .output("image", KerasResizing.apply(tf, Frames.image(tf, frame.example()), size))
        .output("row", tf.identity(frame.row()))
        .build();
  }

  private Signature padding(Ops tf, int size) {
    Batches.Arguments arguments = Batches.arguments(tf, source, List.of());
    return arguments
        .signature("video_padding")
        .output("image", tf.zeros(tf.constant(new int[] {size, size, 3}), TFloat32.class))
        .output("row", tf.constant(-1L))
        .build();
  }

  private Signature either(Ops tf, ConcreteFunction frame, ConcreteFunction padding) {
    Batches.Arguments arguments = Batches.arguments(tf, source, List.of());
    List<Operand<?>> inputs = new ArrayList<>(arguments.placeholders());
    Operand<TInt64> row = arguments.numbers(PlainSource.ROW);
    List<Operand<?>> out = new ArrayList<>();
    tf.ifOp(
            tf.math.greaterEqual(row, tf.constant(0L)),
            inputs,
            List.of(TFloat32.class, TInt64.class),
            frame,
            padding)
        .iterator()
        .forEachRemaining(out::add);
    return arguments
        .signature("video_or_padding")
        .output("image", out.get(0))
        .output("row", out.get(1))
        .build();
  }

  /** How many batches all videos make. */
  public int batches() {
    return (videos.size() + together - 1) / together;
  }

  /** The videos of a batch, sorted by name. */
  public List<String> videos(int batch) {
    return names.subList(batch * together, Math.min(names.size(), (batch + 1) * together));
  }

  /** How many frames each video of a batch has; the rest of its length is padding. */
  public List<Integer> lengths(int batch) {
    return videos
        .subList(batch * together, Math.min(videos.size(), (batch + 1) * together))
        .stream()
        .map(List::size)
        .toList();
  }

  /** Makes a batch the next one; one run then gives it. */
  public void start(Session session, int batch) {
    if (batch < 0 || batch >= batches()) {
      throw new IllegalArgumentException(
          "batch: got " + batch + ", wanted 0 to " + (batches() - 1));
    }
    List<List<Integer>> its =
        videos.subList(batch * together, Math.min(videos.size(), (batch + 1) * together));
    int longest = its.stream().mapToInt(List::size).max().orElse(0);
    int[] all = new int[longest * its.size()];
    Arrays.fill(all, -1);
    for (int v = 0; v < its.size(); v++) {
      for (int i = 0; i < its.get(v).size(); i++) {
        all[v * longest + i] = its.get(v).get(i);
      }
    }
    List<FrameSource.Feed> feeds = new ArrayList<>(source.feeds(all));
    feeds.add(new FrameSource.Feed(length, TInt64.scalarOf(longest)));
    feeds.add(new FrameSource.Feed(count, TInt64.scalarOf(its.size())));
    Session.Runner runner = session.runner().addTarget(make);
    feeds.forEach(f -> runner.feed(f.placeholder(), f.value()));
    try {
      runner.run().close();
    } finally {
      feeds.forEach(f -> f.value().close());
    }
  }

  /** [videos, longest, size, size, 3], normalised; padding as black frames are. */
  public Operand<TFloat32> images() {
    return images;
  }

  /** The frames' places in {@link FrameFiles#entries}, [videos, longest]; -1 for padding. */
  public Operand<TInt64> rows() {
    return rows;
  }

  /** Removes what was unpacked. */
  @Override
  public void close() throws IOException {
    copies.close();
  }
}
