package org.endossl.train.ema;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.VarHandleOp;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;

/** What memory gives: two passes over arrays of floats that do next to nothing but move them. */
abstract class Triads implements AutoCloseable {
  static final float SCALE = 0.5f;

  private final String language;
  private final int bytes;

  private Triads(String language, int bytes) {
    this.language = language;
    this.bytes = bytes;
  }

  /** What they are written in. */
  final String language() {
    return language;
  }

  /** Moved per float by the first; the one in place moves 12. */
  final int bytes() {
    return bytes;
  }

  /** Seconds of the first and of the one in place. */
  abstract double[] seconds(Session session);

  /** What must be run once before. */
  List<Op> initializers() {
    return List.of();
  }

  @Override
  public void close() {}

  /** Compiled, with the native update's threads. */
  static Triads compiled(Ops tf, long floats) {
    Operand<TFloat64> both =
        tf.scope()
            .opBuilder("MemoryTriad", "MemoryTriad")
            .addInput(tf.constant(floats).asOutput())
            .build()
            .output(0);
    return new Triads("C", 16) {
      @Override
      double[] seconds(Session session) {
        try (Result result = session.runner().fetch(both).run()) {
          TFloat64 seconds = (TFloat64) result.get(0);
          return new double[] {seconds.getDouble(0), seconds.getDouble(1)};
        }
      }
    };
  }

  /** By the virtual machine, the arrays cut among threads. */
  static Triads java(int floats, int threads) {
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    float[] a = new float[floats];
    float[] b = new float[floats];
    float[] c = new float[floats];
    Arrays.fill(b, 1f);
    Arrays.fill(c, 2f);
    List<Callable<Integer>> parts = new ArrayList<>();
    List<Callable<Integer>> inPlace = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      int from = (int) ((long) floats * t / threads);
      int to = (int) ((long) floats * (t + 1) / threads);
      parts.add(() -> part(a, b, c, from, to));
      inPlace.add(() -> part(a, a, c, from, to));
    }
    return new Triads("Java", 16) {
      @Override
      double[] seconds(Session session) {
        return new double[] {Triads.seconds(pool, parts), Triads.seconds(pool, inPlace)};
      }

      @Override
      public void close() {
        pool.shutdownNow();
      }
    };
  }

  private static Integer part(float[] a, float[] b, float[] c, int from, int to) {
    for (int i = from; i < to; i++) {
      a[i] = b[i] + SCALE * c[i];
    }
    return to - from;
  }

  private static double seconds(ExecutorService pool, List<Callable<Integer>> work) {
    long start = System.nanoTime();
    try {
      for (Future<Integer> part : pool.invokeAll(work)) {
        part.get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
    return (System.nanoTime() - start) / 1e9;
  }

  /**
   * By TensorFlow's ops, on any device: {@code a = b + c} and {@code a = a - s b}, a kernel each
   * over one array. A GPU does not fetch the lines that it writes: both move 12 bytes per float.
   *
   * @param times that each is run in one run of the session, one after the other
   */
  static Triads ops(Ops tf, int floats, int times) {
    List<Op> initial = new ArrayList<>();
    VarHandleOp left = variable(tf, "triad.left", floats, 1, initial);
    VarHandleOp right = variable(tf, "triad.right", floats, 2, initial);
    Operand<TFloat32> a = tf.readVariableOp(left, TFloat32.class);
    Operand<TFloat32> b = tf.readVariableOp(right, TFloat32.class);
    Op sum = tf.noOp();
    Op inPlace = tf.noOp();
    for (int i = 0; i < times; i++) {
      Operand<TFloat32> added = tf.withControlDependencies(sum).math.add(a, b);
      sum = () -> added.asOutput().op();
      inPlace =
          tf.withControlDependencies(inPlace)
              .train
              .resourceApplyGradientDescent(left, tf.constant(SCALE), b);
    }
    Op lastSum = sum;
    Op lastInPlace = inPlace;
    return new Triads("TensorFlow's ops", 12) {
      @Override
      List<Op> initializers() {
        return initial;
      }

      @Override
      double[] seconds(Session session) {
        return new double[] {
          Triads.seconds(session, lastSum) / times, Triads.seconds(session, lastInPlace) / times
        };
      }
    };
  }

  private static double seconds(Session session, Op op) {
    long start = System.nanoTime();
    session.runner().addTarget(op).run().close();
    return (System.nanoTime() - start) / 1e9;
  }

  /** A variable of one value. */
  static VarHandleOp variable(Ops tf, String name, int size, float value, List<Op> initial) {
    VarHandleOp handle =
        tf.varHandleOp(TFloat32.class, Shape.of(size), VarHandleOp.sharedName("bench." + name));
    Operand<TFloat32> first = tf.fill(tf.constant(new int[] {size}), tf.constant(value));
    initial.add(tf.assignVariableOp(handle, first));
    return handle;
  }
}
