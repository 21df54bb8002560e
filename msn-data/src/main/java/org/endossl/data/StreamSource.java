package org.endossl.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.endossl.tfrecords.Compression;
import org.endossl.tfrecords.FrameIndex;
import org.tensorflow.ConcreteFunction;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Signature;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TString;
import org.tensorflow.types.family.TType;

/**
 * Files read from their beginning, for those that are compressed: several in turn, one record of
 * each, and the order drawn from a buffer. Plain and compressed files may be mixed.
 *
 * <p>Resuming reads the epoch's frames again up to the place, without decoding them. Without a
 * drawn order frames come file by file as they lie there, which need not be the index's order.
 */
final class StreamSource implements FrameSource {
  private static final int MOST_OPEN = 16;

  private final List<Stream> streams;
  private final Placeholder<TString> names;
  private final Placeholder<TString> compressions;
  private final Placeholder<TInt64> begins;
  private final Placeholder<TInt64> ends;
  private final Placeholder<TInt64> seeds;
  private final Placeholder<TInt64> skip;
  private final Operand<TInt64> rowOfRecord;
  private final Operand<? extends TType> dataset;

  /**
   * A file up to its last frame wanted.
   *
   * @param begin the number of its first record, records of all files counted through
   * @param end one past its last
   */
  private record Stream(Path file, Compression compression, long begin, long end) {}

  StreamSource(Ops tf, FrameFiles files, int buffer) {
    this.streams = streams(files);
    this.rowOfRecord = tf.constant(rows(files, streams));
    this.names = tf.placeholder(TString.class, Placeholder.shape(Shape.of(-1)));
    this.compressions = tf.placeholder(TString.class, Placeholder.shape(Shape.of(-1)));
    this.begins = tf.placeholder(TInt64.class, Placeholder.shape(Shape.of(-1)));
    this.ends = tf.placeholder(TInt64.class, Placeholder.shape(Shape.of(-1)));
    this.seeds = tf.placeholder(TInt64.class, Placeholder.shape(Shape.of(2)));
    this.skip = tf.placeholder(TInt64.class, Placeholder.shape(Shape.scalar()));
    this.dataset = build(tf, buffer);
  }

  private static List<Stream> streams(FrameFiles files) {
    Map<Path, FrameIndex.Entry> last = new LinkedHashMap<>();
    for (FrameIndex.Entry entry : files.entries()) {
      last.merge(entry.file(), entry, (a, b) -> a.record() > b.record() ? a : b);
    }
    List<Stream> streams = new ArrayList<>();
    long begin = 0;
    for (FrameIndex.Entry entry : last.values()) {
      long end = begin + entry.record() + 1;
      streams.add(new Stream(entry.file(), entry.compression(), begin, end));
      begin = end;
    }
    return streams;
  }

  /** The row of each record, -1 where it is not wanted. */
  private static long[] rows(FrameFiles files, List<Stream> streams) {
    Map<Path, Long> begins = new LinkedHashMap<>();
    streams.forEach(s -> begins.put(s.file(), s.begin()));
    long[] rows = new long[Math.toIntExact(streams.get(streams.size() - 1).end())];
    Arrays.fill(rows, -1);
    for (int i = 0; i < files.entries().size(); i++) {
      FrameIndex.Entry entry = files.entries().get(i);
      rows[Math.toIntExact(begins.getOrDefault(entry.file(), 0L) + entry.record())] = i;
    }
    return rows;
  }

  private Operand<? extends TType> build(Ops tf, int buffer) {
    ((Graph) tf.scope().env()).importGraphDef(NumberedRecords.library());
    List<Class<? extends TType>> types = List.of(TString.class, TInt64.class);
    List<Shape> shapes = List.of(Shape.scalar(), Shape.scalar());
    Operand<? extends TType> read =
        NumberedRecords.interleave(
            tf,
            tf.data.tensorSliceDataset(
                List.of(names, compressions, begins, ends),
                List.of(Shape.scalar(), Shape.scalar(), Shape.scalar(), Shape.scalar())),
            buffer == 0 ? 1 : Math.min(MOST_OPEN, streams.size()));
    try (ConcreteFunction wanted = ConcreteFunction.create(StreamSource::wanted)) {
      read = tf.data.filterDataset(read, List.of(rowOfRecord), wanted, types, shapes);
    }
    if (buffer > 0) {
      List<Operand<TInt64>> both = new ArrayList<>();
      tf.unstack(seeds, 2L).output().forEach(both::add);
      read =
          tf.data.shuffleDataset(
              read,
              tf.constant((long) buffer),
              both.get(0),
              both.get(1),
              tf.random.dummySeedGenerator(),
              types,
              shapes);
    }
    Operand<? extends TType> positions =
        tf.data.rangeDataset(
            tf.constant(0L),
            tf.constant(Long.MAX_VALUE),
            tf.constant(1L),
            List.of(TInt64.class),
            List.of(Shape.scalar()));
    return tf.data.skipDataset(
        tf.data.zipDataset(List.of(read, positions), types(), shapes()), skip, types(), shapes());
  }

  private static Signature wanted(Ops tf) {
    Placeholder<TString> example = tf.placeholder(TString.class, Placeholder.shape(Shape.scalar()));
    Placeholder<TInt64> number = tf.placeholder(TInt64.class, Placeholder.shape(Shape.scalar()));
    Placeholder<TInt64> rows = tf.placeholder(TInt64.class, Placeholder.shape(Shape.of(-1)));
    Operand<TBool> is =
        tf.math.greaterEqual(tf.gather(rows, number, tf.constant(0)), tf.constant(0L));
    return Signature.builder("wanted")
        .input("example", example)
        .input("number", number)
        .input("rows", rows)
        .output("wanted", is)
        .build();
  }

  @Override
  public Operand<? extends TType> dataset() {
    return dataset;
  }

  @Override
  public List<Class<? extends TType>> types() {
    return List.of(TString.class, TInt64.class, TInt64.class);
  }

  @Override
  public List<Shape> shapes() {
    return List.of(Shape.scalar(), Shape.scalar(), Shape.scalar());
  }

  @Override
  public List<Operand<?>> captures() {
    return List.of(rowOfRecord);
  }

  @Override
  @SuppressWarnings("unchecked")
  public Operand<TString> example(Ops tf, List<? extends Operand<?>> arguments) {
    return (Operand<TString>) arguments.get(0);
  }

  @Override
  @SuppressWarnings("unchecked")
  public Operand<TInt64> row(Ops tf, List<? extends Operand<?>> arguments) {
    Operand<TInt64> rows = (Operand<TInt64>) arguments.get(3);
    Operand<TInt64> number = (Operand<TInt64>) arguments.get(1);
    return tf.gather(rows, number, tf.constant(0));
  }

  @Override
  @SuppressWarnings("unchecked")
  public Operand<TInt64> position(Ops tf, List<? extends Operand<?>> arguments) {
    return (Operand<TInt64>) arguments.get(2);
  }

  @Override
  public List<Feed> feeds(Order order) {
    int count = streams.size();
    int[] turn = new int[count];
    Arrays.setAll(turn, i -> i);
    if (order.shuffled()) {
      turn = EpochOrder.of(count, order.seed(), order.epoch());
    }
    String[] file = new String[count];
    String[] compression = new String[count];
    long[] begin = new long[count];
    long[] end = new long[count];
    for (int i = 0; i < count; i++) {
      Stream stream = streams.get(turn[i]);
      file[i] = stream.file().toString();
      compression[i] = stream.compression().tensorFlowName();
      begin[i] = stream.begin();
      end[i] = stream.end();
    }
    return List.of(
        new Feed(names, TString.vectorOf(file)),
        new Feed(compressions, TString.vectorOf(compression)),
        new Feed(begins, TInt64.vectorOf(begin)),
        new Feed(ends, TInt64.vectorOf(end)),
        new Feed(seeds, TInt64.vectorOf(EpochOrder.seeds(order.seed(), order.epoch()))),
        new Feed(skip, TInt64.scalarOf(order.framesDone())));
  }
}
