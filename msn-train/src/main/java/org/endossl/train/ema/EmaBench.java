package org.endossl.train.ema;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.endossl.train.SessionOptions;
import org.endossl.train.config.Require;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.VarHandleOp;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;

/**
 * Times the target update on the CPU beside what memory can give, in the same process and in turn:
 * STREAM's triad {@code a = b + s c}, and the triad in place, {@code a = a + s b}, over arrays of
 * as many floats. The update reads target and online value and writes the target, 12 bytes per
 * float; so does the triad in place. The plain triad writes what it has not read: the processor
 * fetches the lines first and moves 16 bytes. The limit is the larger of the two rates. The triads
 * are compiled C with the native update's threads; Java's where that library is not there.
 */
public final class EmaBench {
  /**
   * What to time.
   *
   * @param variables the floats are spread over
   * @param floats in all of them
   * @param rounds of which medians are taken; in each, every form and the triad run once
   */
  public record Request(int variables, int floats, int rounds) {
    /** The parameters of a ViT-S/16. */
    public static final Request VIT_S = new Request(150, 21_700_000, 25);

    public Request {
      Require.atLeast("variables", variables, 1);
      Require.atLeast("floats", floats, variables);
      Require.atLeast("rounds", rounds, 3);
    }
  }

  /**
   * What was measured, medians.
   *
   * @param request what was asked for
   * @param threads of the triads
   * @param triads what the triads are written in: C or Java
   * @param triadMilliseconds of the triad
   * @param inPlaceMilliseconds of the triad in place
   * @param limitGigabytesPerSecond the larger rate of the two, at 16 and 12 bytes per float
   * @param milliseconds of an update in each form that this build has
   * @param shares of the limit that each form has, at 12 bytes per float
   * @param library whether the native form is there, and why not
   */
  public record Figures(
      Request request,
      int threads,
      String triads,
      double triadMilliseconds,
      double inPlaceMilliseconds,
      double limitGigabytesPerSecond,
      Map<EmaUpdate.Form, Double> milliseconds,
      Map<EmaUpdate.Form, Double> shares,
      String library) {}

  private static final float SCALE = 0.5f;
  private static final double MOMENTUM = 0.996;

  private EmaBench() {}

  /** Runs; takes a few seconds and 16 bytes of memory per float and form. */
  public static Figures run(Request request) {
    List<EmaUpdate.Form> forms = new ArrayList<>(List.of(EmaUpdate.Form.COMPOSITE));
    if (EmaLibrary.status().loaded()) {
      forms.add(0, EmaUpdate.Form.NATIVE);
    }
    int threads = Runtime.getRuntime().availableProcessors();
    Map<EmaUpdate.Form, double[]> times = new EnumMap<>(EmaUpdate.Form.class);
    forms.forEach(form -> times.put(form, new double[request.rounds()]));
    double[] triads = new double[request.rounds()];
    double[] inPlace = new double[request.rounds()];
    boolean compiled = EmaLibrary.status().loaded();
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Placeholder<TFloat64> momentum =
          tf.placeholder(TFloat64.class, Placeholder.shape(Shape.scalar()));
      List<VarHandleOp> targets = new ArrayList<>();
      List<VarHandleOp> onlines = new ArrayList<>();
      List<Op> initial = new ArrayList<>();
      for (int i = 0; i < request.variables(); i++) {
        int size = size(request, i);
        targets.add(variable(tf, "target" + i, size, 0, initial));
        onlines.add(variable(tf, "online" + i, size, 1, initial));
      }
      Map<EmaUpdate.Form, Op> updates = new EnumMap<>(EmaUpdate.Form.class);
      forms.forEach(
          form ->
              updates.put(form, EmaUpdate.build(tf, targets, onlines, momentum, List.of(), form)));
      Operand<TFloat64> compiledTriads = compiled ? triads(tf, request.floats()) : null;
      Triad triad = compiled ? null : new Triad(request.floats(), threads, pool);
      try (Session session = new Session(graph, SessionOptions.DEFAULT.config());
          TFloat64 m = TFloat64.scalarOf(MOMENTUM)) {
        Session.Runner runner = session.runner();
        initial.forEach(runner::addTarget);
        runner.run().close();
        for (int round = -3; round < request.rounds(); round++) { // three to warm up
          if (triad != null) {
            keep(triads, round, triad.run());
            keep(inPlace, round, triad.runInPlace());
          }
          if (compiledTriads != null) {
            try (Result result = session.runner().fetch(compiledTriads).run()) {
              keep(triads, round, ((TFloat64) result.get(0)).getDouble(0));
              keep(inPlace, round, ((TFloat64) result.get(0)).getDouble(1));
            }
          }
          for (Map.Entry<EmaUpdate.Form, Op> update : updates.entrySet()) {
            long start = System.nanoTime();
            session.runner().feed(momentum, m).addTarget(update.getValue()).run().close();
            double taken = (System.nanoTime() - start) / 1e9;
            keep(times.getOrDefault(update.getKey(), new double[0]), round, taken);
          }
        }
      }
    } finally {
      pool.shutdownNow();
    }
    return figures(
        request, threads, compiled ? "C" : "Java", median(triads), median(inPlace), times);
  }

  /** Seconds of the two triads in C. */
  private static Operand<TFloat64> triads(Ops tf, long floats) {
    return tf.scope()
        .opBuilder("MemoryTriad", "MemoryTriad")
        .addInput(tf.constant(floats).asOutput())
        .build()
        .output(0);
  }

  private static int size(Request request, int index) {
    long floats = request.floats();
    return (int)
        (floats * (index + 1) / request.variables() - floats * index / request.variables());
  }

  private static VarHandleOp variable(
      Ops tf, String name, int size, float value, List<Op> initial) {
    VarHandleOp handle =
        tf.varHandleOp(TFloat32.class, Shape.of(size), VarHandleOp.sharedName("bench." + name));
    Operand<TFloat32> first = tf.fill(tf.constant(new int[] {size}), tf.constant(value));
    initial.add(tf.assignVariableOp(handle, first));
    return handle;
  }

  private static void keep(double[] all, int round, double seconds) {
    if (round >= 0) {
      all[round] = seconds;
    }
  }

  private static Figures figures(
      Request request,
      int threads,
      String language,
      double triad,
      double inPlace,
      Map<EmaUpdate.Form, double[]> times) {
    double limit = Math.max(16.0 * request.floats() / triad, 12.0 * request.floats() / inPlace);
    Map<EmaUpdate.Form, Double> milliseconds = new EnumMap<>(EmaUpdate.Form.class);
    Map<EmaUpdate.Form, Double> shares = new EnumMap<>(EmaUpdate.Form.class);
    times.forEach(
        (form, all) -> {
          milliseconds.put(form, median(all) * 1e3);
          shares.put(form, 12.0 * request.floats() / median(all) / limit);
        });
    return new Figures(
        request,
        threads,
        language,
        triad * 1e3,
        inPlace * 1e3,
        limit / 1e9,
        milliseconds,
        shares,
        EmaLibrary.status().reason());
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  /** The two triads, their length cut among threads. */
  private static final class Triad {
    private final List<Callable<Integer>> parts = new ArrayList<>();
    private final List<Callable<Integer>> partsInPlace = new ArrayList<>();
    private final ExecutorService pool;

    Triad(int floats, int threads, ExecutorService pool) {
      float[] a = new float[floats];
      float[] b = new float[floats];
      float[] c = new float[floats];
      this.pool = pool;
      Arrays.fill(b, 1f);
      Arrays.fill(c, 2f);
      for (int t = 0; t < threads; t++) {
        int from = (int) ((long) floats * t / threads);
        int to = (int) ((long) floats * (t + 1) / threads);
        parts.add(() -> part(a, b, c, from, to));
        partsInPlace.add(() -> part(a, a, c, from, to));
      }
    }

    private static Integer part(float[] a, float[] b, float[] c, int from, int to) {
      for (int i = from; i < to; i++) {
        a[i] = b[i] + SCALE * c[i];
      }
      return to - from;
    }

    double run() {
      return run(parts);
    }

    double runInPlace() {
      return run(partsInPlace);
    }

    private double run(List<Callable<Integer>> work) {
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
  }
}
