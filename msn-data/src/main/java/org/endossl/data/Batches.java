package org.endossl.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tensorflow.ConcreteFunction;
import org.tensorflow.DeviceSpec;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.Signature;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.data.Iterator;
import org.tensorflow.op.data.ParallelMapDataset;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TType;

/** The end of a pipeline: map in parallel, batch, prefetch, and the iterator in the graph. */
final class Batches {
  private static final long AUTOTUNE = -1;
  private static final long AHEAD = 2; // batches made while a step runs

  private final FrameSource source;
  private final Op make;
  private final List<Operand<TType>> components;

  private Batches(FrameSource source, Op make, List<Operand<TType>> components) {
    this.source = source;
    this.make = make;
    this.components = components;
  }

  /**
   * What the map gives and how it is batched.
   *
   * @param types per component
   * @param shapes per component, of one element
   * @param batch elements at most
   * @param dropRemainder whether a batch that is not full is left out
   * @param workers calls of the map at a time; 0 lets TensorFlow choose
   */
  record Form(
      List<Class<? extends TType>> types,
      List<Shape> shapes,
      int batch,
      boolean dropRemainder,
      int workers) {}

  /**
   * A map function's placeholders.
   *
   * @param placeholders those of the element, then the source's captures, then the others
   */
  record Arguments(List<Operand<? extends TType>> placeholders) {
    Signature.Builder signature(String name) {
      Signature.Builder signature = Signature.builder(name);
      for (int i = 0; i < placeholders.size(); i++) {
        signature.input("argument" + i, placeholders.get(i));
      }
      return signature;
    }

    /** One that holds int64; negative counts from the end. */
    @SuppressWarnings("unchecked")
    Operand<TInt64> numbers(int index) {
      int i = index < 0 ? placeholders.size() + index : index;
      return (Operand<TInt64>) placeholders.get(i);
    }
  }

  /** The same scope, on the processor whatever else there is. */
  static Ops onCpu(Ops tf) {
    return tf.withDevice(
        DeviceSpec.newBuilder().deviceType(DeviceSpec.DeviceType.CPU).deviceIndex(0).build());
  }

  /** Placeholders inside a map function. */
  static Arguments arguments(Ops tf, FrameSource source, List<? extends Operand<?>> others) {
    List<Operand<? extends TType>> placeholders = new ArrayList<>();
    for (int i = 0; i < source.types().size(); i++) {
      placeholders.add(placeholder(tf, source.types().get(i), source.shapes().get(i)));
    }
    List<Operand<?>> captures = new ArrayList<>(source.captures());
    captures.addAll(others);
    for (Operand<?> capture : captures) {
      placeholders.add(
          placeholder(tf, capture.asOutput().type().asSubclass(TType.class), capture.shape()));
    }
    return new Arguments(placeholders);
  }

  private static <T extends TType> Operand<T> placeholder(Ops tf, Class<T> type, Shape shape) {
    return tf.placeholder(type, Placeholder.shape(shape));
  }

  /**
   * Builds.
   *
   * @param cpu of {@link #onCpu}
   * @param others what the map gets behind the source's captures
   */
  static Batches build(
      Ops cpu,
      FrameSource source,
      List<? extends Operand<?>> others,
      ConcreteFunction map,
      Form form) {
    List<Operand<?>> captures = new ArrayList<>(source.captures());
    captures.addAll(others);
    Operand<? extends TType> dataset =
        cpu.data.parallelMapDataset(
            source.dataset(),
            captures,
            cpu.constant(form.workers == 0 ? AUTOTUNE : form.workers),
            map,
            form.types,
            form.shapes,
            ParallelMapDataset.deterministic("true"));
    List<Shape> batched = new ArrayList<>();
    for (Shape shape : form.shapes) {
      batched.add(Shape.of(form.dropRemainder ? form.batch : -1).append(shape));
    }
    dataset =
        cpu.data.batchDataset(
            dataset,
            cpu.constant((long) form.batch),
            cpu.constant(form.dropRemainder),
            form.types,
            batched);
    dataset = cpu.data.prefetchDataset(dataset, cpu.constant(AHEAD), form.types, batched);
    Iterator iterator = cpu.data.iterator("", "", form.types, batched);
    List<Operand<TType>> components = new ArrayList<>();
    cpu.withName(InputErrors.NEXT)
        .data
        .iteratorGetNext(iterator, form.types, batched)
        .iterator()
        .forEachRemaining(components::add);
    return new Batches(source, cpu.data.makeIterator(dataset, iterator), components);
  }

  /** A batch's components, as the map gives them. */
  List<Operand<TType>> components() {
    return components;
  }

  /** A component that holds int64. */
  @SuppressWarnings("unchecked")
  Operand<TInt64> numbers(int component) {
    return (Operand<TInt64>) (Operand<?>) components.get(component);
  }

  /** Makes the iterator begin with the order; closes the values fed. */
  void start(Session session, FrameSource.Order order, FrameSource.Feed... others) {
    List<FrameSource.Feed> feeds = new ArrayList<>(source.feeds(order));
    feeds.addAll(Arrays.asList(others));
    Session.Runner runner = session.runner().addTarget(make);
    feeds.forEach(f -> runner.feed(f.placeholder(), f.value()));
    try {
      runner.run().close();
    } finally {
      feeds.forEach(f -> f.value().close());
    }
  }
}
