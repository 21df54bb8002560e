package org.endossl.train.ema;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.endossl.train.OpProfile;
import org.endossl.train.SessionOptions;
import org.endossl.train.config.Require;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.VarHandleOp;
import org.tensorflow.types.TFloat64;

/**
 * Times the target update beside what memory can give, in the same process and in turn. On the CPU:
 * STREAM's triad {@code a = b + s c}, and the triad in place, {@code a = a + s b}, over arrays of
 * as many floats. The update reads target and online value and writes the target, 12 bytes per
 * float; so does the triad in place. The plain triad writes what it has not read: the processor
 * fetches the lines first and moves 16 bytes. The limit is the larger of the two rates. The triads
 * are compiled C with the native update's threads; Java's where that library is not there.
 *
 * <p>On a GPU both are TensorFlow's ops, see {@link Triads#ops}, and everything is done {@value
 * #TIMES} times in one run of the session, which alone takes longer there than a pass over a small
 * network.
 */
public final class EmaBench {
  /**
   * What to time.
   *
   * @param variables the floats are spread over
   * @param floats in all of them
   * @param rounds of which medians are taken; in each, every form and the triad run once
   * @param session device
   */
  public record Request(int variables, int floats, int rounds, SessionOptions session) {
    /** The parameters of a ViT-S/16. */
    public static final Request VIT_S = new Request(150, 21_700_000, 25);

    /** On the CPU. */
    public Request(int variables, int floats, int rounds) {
      this(variables, floats, rounds, SessionOptions.DEFAULT);
    }

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
   * @param threads of the triads on the CPU
   * @param triads what the triads are written in: C, Java, TensorFlow's ops
   * @param triadBytes that the triad moves per float: 16, or 12 on a GPU
   * @param triadMilliseconds of the triad
   * @param inPlaceMilliseconds of the triad in place, which moves 12 bytes per float
   * @param limitGigabytesPerSecond the larger rate of the two
   * @param milliseconds of an update in each form that this build has
   * @param shares of the limit that each form has, at 12 bytes per float
   * @param nodeMilliseconds of the native op by itself, as TensorFlow traces it, without the reads
   *     of variables that a run consists of besides; null without the native form
   * @param nodeShare of the limit that it has then
   * @param library whether the native form is there, and why not
   */
  public record Figures(
      Request request,
      int threads,
      String triads,
      int triadBytes,
      double triadMilliseconds,
      double inPlaceMilliseconds,
      double limitGigabytesPerSecond,
      Map<EmaUpdate.Form, Double> milliseconds,
      Map<EmaUpdate.Form, Double> shares,
      @Nullable Double nodeMilliseconds,
      @Nullable Double nodeShare,
      String library) {}

  private static final int TIMES = 20;
  private static final double MOMENTUM = 0.996;

  private EmaBench() {}

  /** Runs; takes a few seconds and 16 bytes of memory per float and form. */
  public static Figures run(Request request) {
    boolean gpu = request.session().device() == SessionOptions.Device.GPU;
    boolean compiled = !gpu && EmaLibrary.status().loaded();
    int threads = Runtime.getRuntime().availableProcessors();
    return run(
        request,
        compiled
            ? List.of(EmaUpdate.Form.NATIVE, EmaUpdate.Form.COMPOSITE)
            : List.of(EmaUpdate.Form.COMPOSITE),
        gpu ? TIMES : 1,
        tf ->
            gpu
                ? Triads.ops(tf, request.floats(), TIMES)
                : compiled
                    ? Triads.compiled(tf, request.floats())
                    : Triads.java(request.floats(), threads),
        threads);
  }

  static Figures run(
      Request request,
      List<EmaUpdate.Form> forms,
      int times,
      Function<Ops, Triads> memory,
      int threads) {
    Map<EmaUpdate.Form, double[]> all = new EnumMap<>(EmaUpdate.Form.class);
    forms.forEach(form -> all.put(form, new double[request.rounds()]));
    double[] triad = new double[request.rounds()];
    double[] inPlace = new double[request.rounds()];
    double[] node = new double[request.rounds()];
    try (Graph graph = new Graph();
        Triads triads = memory.apply(Ops.create(graph))) {
      Ops tf = Ops.create(graph);
      Placeholder<TFloat64> momentum =
          tf.placeholder(TFloat64.class, Placeholder.shape(Shape.scalar()));
      List<VarHandleOp> targets = new ArrayList<>();
      List<VarHandleOp> onlines = new ArrayList<>();
      List<Op> initial = new ArrayList<>(triads.initializers());
      for (int i = 0; i < request.variables(); i++) {
        int size = size(request, i);
        targets.add(Triads.variable(tf, "target" + i, size, 0, initial));
        onlines.add(Triads.variable(tf, "online" + i, size, 1, initial));
      }
      Map<EmaUpdate.Form, Op> updates = new EnumMap<>(EmaUpdate.Form.class);
      for (EmaUpdate.Form form : forms) {
        List<Op> last = new ArrayList<>();
        for (int i = 0; i < times; i++) {
          Op update = EmaUpdate.build(tf, targets, onlines, momentum, List.copyOf(last), form);
          last.clear();
          last.add(update);
        }
        updates.put(form, last.get(0));
      }
      try (Session session = new Session(graph, request.session().config());
          TFloat64 m = TFloat64.scalarOf(MOMENTUM)) {
        Session.Runner runner = session.runner();
        initial.forEach(runner::addTarget);
        runner.run().close();
        for (int round = -3; round < request.rounds(); round++) { // three to warm up
          double[] both = triads.seconds(session);
          keep(triad, round, both[0]);
          keep(inPlace, round, both[1]);
          for (Map.Entry<EmaUpdate.Form, Op> update : updates.entrySet()) {
            long start = System.nanoTime();
            session.runner().feed(momentum, m).addTarget(update.getValue()).run().close();
            double taken = (System.nanoTime() - start) / 1e9 / times;
            keep(all.getOrDefault(update.getKey(), new double[0]), round, taken);
          }
          Op update = updates.get(EmaUpdate.Form.NATIVE);
          if (update != null) {
            keep(node, round, node(session.runner().feed(momentum, m), update));
          }
        }
      }
      return figures(request, threads, triads, median(triad), median(inPlace), all, node);
    }
  }

  private static int size(Request request, int index) {
    long floats = request.floats();
    return (int)
        (floats * (index + 1) / request.variables() - floats * index / request.variables());
  }

  private static void keep(double[] all, int round, double seconds) {
    if (round >= 0) {
      all[round] = seconds;
    }
  }

  private static Figures figures(
      Request request,
      int threads,
      Triads triads,
      double triad,
      double inPlace,
      Map<EmaUpdate.Form, double[]> times,
      double[] node) {
    double limit =
        Math.max(
            (double) triads.bytes() * request.floats() / triad, 12.0 * request.floats() / inPlace);
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
        triads.language(),
        triads.bytes(),
        triad * 1e3,
        inPlace * 1e3,
        limit / 1e9,
        milliseconds,
        shares,
        times.containsKey(EmaUpdate.Form.NATIVE) ? median(node) * 1e3 : null,
        times.containsKey(EmaUpdate.Form.NATIVE)
            ? 12.0 * request.floats() / median(node) / limit
            : null,
        EmaLibrary.status().reason());
  }

  /** Seconds of the op itself in one traced run. */
  private static double node(Session.Runner runner, Op update) {
    try (Result result =
        runner.setOptions(OpProfile.OPTIONS).addTarget(update).runAndFetchMetadata()) {
      return OpProfile.of(result.getMetadata().orElseThrow().getStepStats()).rows().stream()
              .filter(row -> row.type().equals("EmaUpdate"))
              .mapToDouble(OpProfile.Row::milliseconds)
              .sum()
          / 1e3;
    }
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
