package org.endossl.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** A graph with a session, for tests. */
final class Lab implements AutoCloseable {
  final Graph graph = new Graph();
  final Ops tf = Ops.create(graph);
  private final List<Session> sessions = new ArrayList<>();

  /** A session in which the variables have their first values. */
  Session session(List<ModelVariable> variables) {
    Session session = new Session(graph);
    sessions.add(session);
    Session.Runner runner = session.runner();
    variables.forEach(v -> runner.addTarget(v.initializer()));
    if (!variables.isEmpty()) {
      runner.run().close();
    }
    return session;
  }

  static float[] floats(Session session, Operand<TFloat32> fetched) {
    return floats(session, List.of(fetched)).get(0);
  }

  static List<float[]> floats(Session session, List<? extends Operand<TFloat32>> fetched) {
    Session.Runner runner = session.runner();
    fetched.forEach(runner::fetch);
    List<float[]> values = new ArrayList<>();
    try (Result result = runner.run()) {
      for (int i = 0; i < fetched.size(); i++) {
        TFloat32 tensor = (TFloat32) result.get(i);
        float[] value = new float[(int) tensor.size()];
        tensor.asRawTensor().data().asFloats().read(value);
        values.add(value);
      }
    }
    return values;
  }

  Operand<TFloat32> constant(Shape shape, float... values) {
    return tf.constant(shape, DataBuffers.of(values));
  }

  /** Normal noise, the same for the same seed. */
  Operand<TFloat32> noise(long seed, double std, long... shape) {
    Random random = new Random(seed);
    float[] values = new float[(int) Shape.of(shape).size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (std * random.nextGaussian());
    }
    return constant(Shape.of(shape), values);
  }

  @SuppressWarnings("unchecked") // of float32 values
  List<Operand<TFloat32>> gradients(Operand<TFloat32> loss, List<Operand<TFloat32>> by) {
    Output<?>[] at = by.stream().map(Operand::asOutput).toArray(Output<?>[]::new);
    List<Operand<TFloat32>> found = new ArrayList<>();
    for (Output<?> gradient : graph.addGradients(loss.asOutput(), at)) {
      found.add((Operand<TFloat32>) gradient);
    }
    return found;
  }

  static void assertClose(float[] wanted, float[] got, double tolerance, String what) {
    assertEquals(wanted.length, got.length, what);
    double worst = maxAbs(wanted, got);
    if (!(worst <= tolerance)) {
      throw new AssertionError(what + ": differs by " + worst + ", at most " + tolerance);
    }
  }

  static double maxAbs(float[] a, float[] b) {
    double worst = 0;
    for (int i = 0; i < a.length; i++) {
      double d = Math.abs((double) a[i] - b[i]);
      worst = Double.isNaN(d) ? Double.POSITIVE_INFINITY : Math.max(worst, d);
    }
    return worst;
  }

  static double norm(float[] values) {
    double sum = 0;
    for (float v : values) {
      sum += (double) v * v;
    }
    return Math.sqrt(sum);
  }

  /** |a - b| / |a|. */
  static double relative(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      double d = (double) a[i] - b[i];
      sum += d * d;
    }
    return Math.sqrt(sum) / norm(a);
  }

  @Override
  public void close() {
    sessions.forEach(Session::close);
    graph.close();
  }
}
