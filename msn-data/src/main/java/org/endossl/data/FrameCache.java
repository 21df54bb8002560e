package org.endossl.data;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.endossl.model.Compute;
import org.tensorflow.ConcreteFunction;
import org.tensorflow.Operand;
import org.tensorflow.Signature;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.MutableHashTable;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TType;

/**
 * Decoded frames kept in memory for the next epochs, by their row: a table of the session, which is
 * asked before a frame is read and decoded. It lies before everything that is drawn, so order,
 * views and the place at which a run goes on are the same with it, without it, and when it is half
 * full. (TensorFlow's CacheDataset keeps a whole pass in one order, and begins anew with each
 * iterator.)
 */
final class FrameCache implements AutoCloseable {

  private static final AtomicLong NAMES = new AtomicLong();

  private final FrameSource source;
  private final List<? extends Operand<?>> others;
  private final int most;
  private final Compute.Kernels kernels;
  private final String name = "endossl_frames_" + NAMES.getAndIncrement();
  private final ConcreteFunction kept;
  private final ConcreteFunction decoded;

  /**
   * Builds the two ways to get at a frame.
   *
   * @param others what the map function gets behind the source's captures
   * @param most frames that are kept, those of the first rows; an 854x480 frame is 1.2 MB
   * @param kernels that decode
   */
  FrameCache(
      FrameSource source, List<? extends Operand<?>> others, int most, Compute.Kernels kernels) {
    this.kernels = kernels;
    this.source = source;
    this.others = others;
    this.most = most;
    this.kept = ConcreteFunction.create(this::kept);
    this.decoded = ConcreteFunction.create(this::decoded);
  }

  /** The table: of one name, so that every call finds the same. */
  private Operand<? extends TType> table(Ops tf) {
    return tf.mutableHashTable(TInt64.class, TString.class, MutableHashTable.sharedName(name));
  }

  private Batches.Arguments arguments(Ops tf) {
    return Batches.arguments(tf, source, others);
  }

  private Operand<TString> find(Ops tf, Operand<TInt64> row) {
    return tf.lookupTableFind(table(tf), row, tf.constant("")).values();
  }

  private Signature kept(Ops tf) {
    Batches.Arguments arguments = arguments(tf);
    Operand<TInt64> row = source.row(tf, arguments.placeholders());
    return arguments
        .signature(name + "_kept")
        .output("image", tf.io.parseTensor(find(tf, row), TUint8.class))
        .build();
  }

  private Signature decoded(Ops tf) {
    Batches.Arguments arguments = arguments(tf);
    Operand<TUint8> image = Frames.image(tf, source.example(tf, arguments.placeholders()), kernels);
    Operand<TInt64> row = source.row(tf, arguments.placeholders());
    // A row that is not kept is written to row -1, which nobody asks for, as nothing.
    Operand<org.tensorflow.types.TBool> keep = tf.math.less(row, tf.constant((long) most));
    Operand<TInt64> key = tf.select(keep, row, tf.constant(-1L));
    Operand<TString> value =
        tf.select(keep, tf.io.serializeTensor(image).serialized(), tf.constant(""));
    Ops behind = tf.withControlDependencies(List.of(tf.lookupTableInsert(table(tf), key, value)));
    return arguments.signature(name + "_decoded").output("image", behind.identity(image)).build();
  }

  /**
   * The frame of a map function's element, [height, width, 3].
   *
   * @param placeholders of the map function, as {@link Batches#arguments} makes them
   */
  @SuppressWarnings("unchecked")
  Operand<TUint8> image(Ops tf, List<Operand<? extends TType>> placeholders) {
    Operand<TString> there = find(tf, source.row(tf, placeholders));
    List<Operand<?>> inputs = new ArrayList<>(placeholders);
    Operand<?> image =
        tf.ifOp(
                tf.math.notEqual(there, tf.constant("")),
                inputs,
                List.of(TUint8.class),
                kept,
                decoded)
            .iterator()
            .next();
    return tf.ensureShape((Operand<TUint8>) image, org.tensorflow.ndarray.Shape.of(-1, -1, 3));
  }

  @Override
  public void close() {
    kept.close();
    decoded.close();
  }
}
