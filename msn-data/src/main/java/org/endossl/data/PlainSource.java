package org.endossl.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.endossl.tfrecords.FrameIndex;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TString;
import org.tensorflow.types.family.TType;

/**
 * Random access in plain files: an epoch is any order of the frames, fed as a list of places, and
 * resuming reads nothing twice.
 *
 * <p>A frame is the first record of a dataset that begins at its offset: that seeks, and checks the
 * checksums. (A fixed-length dataset with the record for its body would read all that is before.)
 */
final class PlainSource implements FrameSource {
  private static final long FRAMING = 16; // bytes of a record besides its data

  // The components of an element.
  private static final int FILE = 0;
  private static final int OFFSET = 1;
  private static final int LENGTH = 2;
  static final int ROW = 3;
  private static final int POSITION = 4;
  private static final int COLUMNS = 5;

  private final FrameFiles files;
  private final Map<Path, Integer> numbers = new LinkedHashMap<>();
  private final Operand<TString> names;
  private final List<Placeholder<TInt64>> columns = new ArrayList<>();
  private final Operand<? extends TType> dataset;

  PlainSource(Ops tf, FrameFiles files) {
    this.files = files;
    for (FrameIndex.Entry entry : files.entries()) {
      numbers.putIfAbsent(entry.file(), numbers.size());
    }
    this.names = tf.array(numbers.keySet().stream().map(Path::toString).toArray(String[]::new));
    for (int i = 0; i < COLUMNS; i++) {
      columns.add(tf.placeholder(TInt64.class, Placeholder.shape(Shape.of(-1))));
    }
    this.dataset = tf.data.tensorSliceDataset(List.copyOf(columns), shapes());
  }

  @Override
  public Operand<? extends TType> dataset() {
    return dataset;
  }

  @Override
  public List<Class<? extends TType>> types() {
    return Collections.nCopies(COLUMNS, TInt64.class);
  }

  @Override
  public List<Shape> shapes() {
    return Collections.nCopies(COLUMNS, Shape.scalar());
  }

  @Override
  public List<Operand<?>> captures() {
    return List.of(names);
  }

  @Override
  @SuppressWarnings("unchecked")
  public Operand<TString> example(Ops tf, List<? extends Operand<?>> arguments) {
    Operand<TString> file =
        tf.gather(
            (Operand<TString>) arguments.get(COLUMNS), one(tf, arguments, FILE), tf.constant(0));
    Operand<? extends TType> rest = // of the file, from the record on
        tf.data.tfRecordDataset(
            file,
            tf.constant(""),
            tf.math.add(column(arguments, LENGTH), tf.constant(FRAMING)),
            one(tf, arguments, OFFSET));
    List<Class<? extends TType>> type = List.of(TString.class);
    List<Shape> shape = List.of(Shape.scalar());
    Operand<? extends TType> record = tf.data.takeDataset(rest, tf.constant(1L), type, shape);
    return (Operand<TString>)
        tf.data.datasetToSingleElement(record, type, shape).components().get(0);
  }

  @Override
  public Operand<TInt64> row(Ops tf, List<? extends Operand<?>> arguments) {
    return column(arguments, ROW);
  }

  @Override
  public Operand<TInt64> position(Ops tf, List<? extends Operand<?>> arguments) {
    return column(arguments, POSITION);
  }

  private static Operand<TInt64> one(Ops tf, List<? extends Operand<?>> arguments, int column) {
    return tf.expandDims(column(arguments, column), tf.constant(0)); // [1]
  }

  @SuppressWarnings("unchecked")
  private static Operand<TInt64> column(List<? extends Operand<?>> arguments, int column) {
    return (Operand<TInt64>) arguments.get(column);
  }

  @Override
  public List<Feed> feeds(Order order) {
    int count = files.entries().size();
    int first = Math.toIntExact(order.framesDone());
    int[] rows = order.shuffled() ? EpochOrder.of(count, order.seed(), order.epoch()) : null;
    long[][] values = new long[COLUMNS][count - first];
    for (int i = first; i < count; i++) {
      int row = rows == null ? i : rows[i];
      FrameIndex.Entry entry = files.entries().get(row);
      values[FILE][i - first] = number(entry.file());
      values[OFFSET][i - first] = entry.offset();
      values[LENGTH][i - first] = entry.length();
      values[ROW][i - first] = row;
      values[POSITION][i - first] = i;
    }
    List<Feed> feeds = new ArrayList<>();
    for (int c = 0; c < COLUMNS; c++) {
      feeds.add(new Feed(columns.get(c), TInt64.vectorOf(values[c])));
    }
    return feeds;
  }

  /**
   * The values that make the dataset give some frames.
   *
   * @param rows places in the entries; -1 for an element that is no frame
   */
  List<Feed> feeds(int[] rows) {
    long[][] values = new long[COLUMNS][rows.length];
    for (int i = 0; i < rows.length; i++) {
      if (rows[i] >= 0) {
        FrameIndex.Entry entry = files.entries().get(rows[i]);
        values[FILE][i] = number(entry.file());
        values[OFFSET][i] = entry.offset();
        values[LENGTH][i] = entry.length();
      }
      values[ROW][i] = rows[i];
      values[POSITION][i] = i;
    }
    List<Feed> feeds = new ArrayList<>();
    for (int c = 0; c < COLUMNS; c++) {
      feeds.add(new Feed(columns.get(c), TInt64.vectorOf(values[c])));
    }
    return feeds;
  }

  private int number(Path file) {
    return Objects.requireNonNull(numbers.get(file));
  }
}
