package org.endossl.data;

import java.util.List;
import org.endossl.tfrecords.Compression;
import org.tensorflow.Operand;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TString;
import org.tensorflow.types.family.TType;

/** A dataset of undecoded frames; an element is what a map function needs to get at one. */
interface FrameSource {
  /**
   * A frame inside a map function.
   *
   * @param example the serialised tf.Example, scalar
   * @param row its place in {@link FrameFiles#entries}, scalar
   * @param position its place in the epoch, scalar
   */
  record Frame(Operand<TString> example, Operand<TInt64> row, Operand<TInt64> position) {}

  /**
   * Something to feed when the iterator is made.
   *
   * @param placeholder where
   * @param value what; the caller closes it
   */
  record Feed(Operand<?> placeholder, Tensor value) {}

  /**
   * The order of an epoch.
   *
   * @param shuffled whether frames come in an order drawn from seed and epoch, or as they lie
   * @param seed of the run
   * @param epoch from 0
   * @param framesDone frames of the epoch to leave out
   */
  record Order(boolean shuffled, long seed, long epoch, long framesDone) {}

  /** The dataset. */
  Operand<? extends TType> dataset();

  /** The components of an element. */
  List<Class<? extends TType>> types();

  /** Their shapes. */
  List<Shape> shapes();

  /** What the map function gets besides the element. */
  List<Operand<?>> captures();

  /**
   * Gets at a frame.
   *
   * @param tf of the map function
   * @param arguments placeholders for the element, then for the captures
   */
  default Frame frame(Ops tf, List<? extends Operand<?>> arguments) {
    return new Frame(example(tf, arguments), row(tf, arguments), position(tf, arguments));
  }

  /** Of {@link #frame} the example only. */
  Operand<TString> example(Ops tf, List<? extends Operand<?>> arguments);

  /** Of {@link #frame} the row only: nothing is read for it. */
  Operand<TInt64> row(Ops tf, List<? extends Operand<?>> arguments);

  /** Of {@link #frame} the position only: nothing is read for it. */
  Operand<TInt64> position(Ops tf, List<? extends Operand<?>> arguments);

  /** The values that make the dataset give the order. */
  List<Feed> feeds(Order order);

  /**
   * The source that suits the files: random access in plain files, a stream where one of them is
   * compressed.
   *
   * @param buffer frames that a stream holds to draw from; 0 where its order is never drawn
   */
  static FrameSource of(Ops tf, FrameFiles files, int buffer) {
    boolean plain = files.entries().stream().allMatch(e -> e.compression() == Compression.NONE);
    return plain ? new PlainSource(tf, files) : new StreamSource(tf, files, buffer);
  }
}
