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
 * <p>TensorFlow has no op that reads part of a file, but a fixed-length dataset whose header ends
 * where the record begins and whose footer begins where it ends has that record as its only
 * element. Checksums are not read again; the index has checked them.
 */
final class PlainSource implements FrameSource {
  private static final int RECORD_HEADER = 12; // length and its checksum

  // The components of an element.
  private static final int FILE = 0;
  private static final int BEGIN = 1;
  private static final int LENGTH = 2;
  private static final int FOOTER = 3;
  private static final int ROW = 4;
  private static final int POSITION = 5;
  private static final int COLUMNS = 6;

  private final FrameFiles files;
  private final Map<Path, Integer> numbers = new LinkedHashMap<>();
  private final Operand<TString> names;
  private final List<Placeholder<TInt64>> columns = new ArrayList<>();
  private final Operand<? extends TType> dataset;

  PlainSource(Ops tf, FrameFiles files) {
    this.files = files;
    for (Path path : files.sizes().keySet()) {
      numbers.put(path, numbers.size());
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
  public Frame frame(Ops tf, List<? extends Operand<?>> arguments) {
    Operand<TString> all = (Operand<TString>) arguments.get(COLUMNS);
    Operand<TInt64> length = column(arguments, LENGTH);
    Operand<? extends TType> record =
        tf.data.fixedLengthRecordDataset(
            tf.gather(all, column(arguments, FILE), tf.constant(0)),
            column(arguments, BEGIN),
            length,
            column(arguments, FOOTER),
            length, // the buffer
            tf.constant(""));
    Operand<TString> example =
        (Operand<TString>)
            tf.data
                .datasetToSingleElement(record, List.of(TString.class), List.of(Shape.scalar()))
                .components()
                .get(0);
    return new Frame(example, column(arguments, ROW), column(arguments, POSITION));
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
      long begin = entry.offset() + RECORD_HEADER;
      values[FILE][i - first] = number(entry.file());
      values[BEGIN][i - first] = begin;
      values[LENGTH][i - first] = entry.length();
      values[FOOTER][i - first] = size(entry.file()) - begin - entry.length();
      values[ROW][i - first] = row;
      values[POSITION][i - first] = i;
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

  private long size(Path file) {
    return Objects.requireNonNull(files.sizes().get(file));
  }
}
