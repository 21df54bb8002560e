package org.endossl.model;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

/**
 * Moves values into a session's variables and out of it. Values are fed, not baked into the graph,
 * some hundred megabytes at a time: fewer runs prepare fewer executors, and a large model is never
 * held whole a second time.
 */
public final class WeightLoader {
  private static final long CHUNK = 64L << 20; // floats

  private record Slot(ModelVariable variable, Placeholder<TFloat32> fed, Op assign) {}

  private final List<Slot> slots;

  private WeightLoader(List<Slot> slots) {
    this.slots = List.copyOf(slots);
  }

  /** Builds a placeholder and an assignment for each variable. */
  public static WeightLoader build(Ops ops, List<ModelVariable> variables) {
    Ops tf = ops.withSubScope("weights");
    List<Slot> slots = new ArrayList<>();
    for (ModelVariable variable : variables) {
      Placeholder<TFloat32> fed =
          tf.placeholder(TFloat32.class, Placeholder.shape(variable.shape()));
      slots.add(new Slot(variable, fed, tf.assignVariableOp(variable.handle(), fed)));
    }
    return new WeightLoader(slots);
  }

  /**
   * Sets every variable.
   *
   * @param source under our names; may hold more
   * @throws WeightsException if a variable is missing, of another shape (nothing has been set), or
   *     has a value that is not finite
   */
  public void assign(Session session, TensorSource source) throws IOException {
    Map<String, Shape> wanted = new LinkedHashMap<>();
    slots.forEach(slot -> wanted.put(slot.variable().name(), slot.variable().shape()));
    Mismatch.check(source.where(), wanted, source.shapes(), true);
    List<Slot> chunk = new ArrayList<>();
    long pending = 0;
    for (Slot slot : slots) {
      chunk.add(slot);
      pending += slot.variable().shape().size();
      if (pending >= CHUNK) {
        assign(session, source, chunk);
        chunk.clear();
        pending = 0;
      }
    }
    if (!chunk.isEmpty()) {
      assign(session, source, chunk);
    }
  }

  /** Converts on all cores, then sets the variables in one run. */
  private static void assign(Session session, TensorSource source, List<Slot> chunk)
      throws IOException {
    AtomicReferenceArray<@Nullable TFloat32> fed = new AtomicReferenceArray<>(chunk.size());
    try {
      IntStream.range(0, chunk.size())
          .parallel()
          .forEach(i -> fed.set(i, tensor(source, chunk.get(i).variable().name())));
      Session.Runner runner = session.runner();
      for (int i = 0; i < chunk.size(); i++) {
        runner
            .feed(chunk.get(i).fed(), Objects.requireNonNull(fed.get(i)))
            .addTarget(chunk.get(i).assign());
      }
      runner.run().close();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    } finally {
      for (int i = 0; i < chunk.size(); i++) {
        TFloat32 tensor = fed.get(i);
        if (tensor != null) {
          tensor.close();
        }
      }
    }
  }

  private static TFloat32 tensor(TensorSource source, String name) {
    try {
      HostTensor host = Finite.checked(source, name);
      return TFloat32.tensorOf(host.shape(), DataBuffers.of(host.values().duplicate()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Copies every variable's value out of the session.
   *
   * @return under our names, in the variables' order
   */
  public TensorSource read(Session session) {
    Map<String, HostTensor> values = new LinkedHashMap<>();
    int at = 0;
    while (at < slots.size()) {
      int end = at;
      Session.Runner runner = session.runner();
      for (long size = 0; end < slots.size() && size < CHUNK; end++) {
        runner.fetch(slots.get(end).variable().value());
        size += slots.get(end).variable().shape().size();
      }
      try (Result result = runner.run()) {
        for (int i = at; i < end; i++) {
          ModelVariable variable = slots.get(i).variable();
          float[] value = new float[Math.toIntExact(variable.shape().size())];
          result.get(i - at).asRawTensor().data().asFloats().read(value);
          values.put(variable.name(), HostTensor.of(variable.shape(), value));
        }
      }
      at = end;
    }
    return TensorSource.of("session", values);
  }
}
