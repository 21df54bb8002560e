package org.endossl.train;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.endossl.model.Compute;
import org.endossl.model.HeadConfig;
import org.endossl.model.VitConfig;
import org.endossl.tfrecords.BadRecords;
import org.endossl.train.config.Require;
import org.endossl.train.ema.EmaLibrary;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.TensorFlow;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.VarHandleOp;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;

/**
 * Times the training step on made-up images, beside the machine's own rate of matrix products in
 * the same process. The step is the whole one: both encoders, loss, gradients, clip, AdamW, target
 * update.
 */
public final class StepBench {
  static final int SIZE = 224;
  static final int FOCAL = 96;
  private static final int PATCH = 16;
  private static final int MATRIX = 2048;
  private static final int PRODUCTS = 8;
  private static final Schedules.Scalars SCALARS = new Schedules.Scalars(1e-3, 0.01, 0.996, 0.25);

  /**
   * What to time.
   *
   * @param model tiny, small, base or large, with patches of 16 pixels
   * @param batch frames per step
   * @param focalViews views of 96 pixels, besides target and random view of 224
   * @param patchDrop share of patches dropped from the random view
   * @param steps steps to take, of which the first two do not count
   * @param compute precision and kernels
   * @param recompute whether activations of the anchor's blocks are computed again
   * @param session threads and devices
   * @param records input to read, decode and draw views from; empty takes made-up images
   */
  public record Request(
      String model,
      int batch,
      int focalViews,
      double patchDrop,
      int steps,
      Compute compute,
      boolean recompute,
      SessionOptions session,
      List<String> records) {
    /** On made-up images, in float32, whose activations are kept. */
    public Request(
        String model,
        int batch,
        int focalViews,
        double patchDrop,
        int steps,
        SessionOptions session) {
      this(model, batch, focalViews, patchDrop, steps, Compute.FLOAT32, false, session, List.of());
    }

    public Request {
      records = List.copyOf(records);
      encoder(model);
      Require.atLeast("batch", batch, 2);
      Require.atLeast("focal", focalViews, 0);
      Require.atLeast("steps", steps, 3);
      new MaskingConfig(patchDrop); // checks it
      if (batch % session.count() != 0) {
        throw new IllegalArgumentException(
            "devices: got " + session.count() + ", wanted a divisor of the batch, " + batch);
      }
    }
  }

  /**
   * What was measured.
   *
   * @param request what was asked for
   * @param bestMilliseconds of the fastest step
   * @param medianMilliseconds of the steps that count
   * @param imagesPerSecond frames per second of the fastest step
   * @param inputWait share of the time of the steps that count spent waiting for input; 0 for
   *     made-up images
   * @param matmulGigaflops best of eight products of 2048 x 2048 matrices, in the same precision,
   *     on one device
   * @param stepGigaflop of the linear layers of a step, see {@link StepProducts}
   * @param matmulShare of the devices' rate of products that the fastest step has with those
   * @param firstStepSeconds from the start of this process to the end of its first step
   * @param phases seconds of it by part
   * @param peakMegabytes largest resident memory of the process until after the last step; -1 where
   *     the system does not tell
   * @param loss of the last step
   * @param tensorflow its version
   * @param ema which form the target update has
   * @param profile one more step, by op type
   */
  public record Figures(
      Request request,
      double bestMilliseconds,
      double medianMilliseconds,
      double imagesPerSecond,
      double inputWait,
      double matmulGigaflops,
      double stepGigaflop,
      double matmulShare,
      double firstStepSeconds,
      Map<String, Double> phases,
      long peakMegabytes,
      double loss,
      String tensorflow,
      String ema,
      OpProfile profile) {
    public Figures {
      phases = Collections.unmodifiableMap(new LinkedHashMap<>(phases));
    }
  }

  private final Request request;
  private final Map<String, Double> phases = new LinkedHashMap<>();
  private Instant since = ProcessHandle.current().info().startInstant().orElseGet(Instant::now);

  private StepBench(Request request) {
    this.request = request;
  }

  /** Runs; takes {@code steps} times a step and about a second. */
  public static Figures run(Request request) throws IOException {
    return run(request, BadRecords.fail());
  }

  /** As {@link #run(Request)}; what is done about bad records is up to bad. */
  public static Figures run(Request request, BadRecords bad) throws IOException {
    return new StepBench(request).measure(bad);
  }

  private static VitConfig encoder(String model) {
    return switch (model) {
      case "tiny" -> VitConfig.tiny(SIZE, PATCH);
      case "small" -> VitConfig.small(SIZE, PATCH);
      case "base" -> VitConfig.base(SIZE, PATCH);
      case "large" -> VitConfig.large(SIZE, PATCH);
      default ->
          throw new IllegalArgumentException(
              "model: got \"" + model + "\", wanted tiny, small, base or large");
    };
  }

  private Figures measure(BadRecords bad) throws IOException {
    Instant began = since;
    Devices.require(request.session());
    phase("java");
    String version = TensorFlow.version();
    phase("tensorflow");
    VitConfig encoder = encoder(request.model());
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      StepSeeds seeds = StepSeeds.build(tf);
      BenchInput input = new BenchInput(graph, request, bad);
      MsnGraph step = graph(graph, tf, encoder, input, seeds);
      Function<Session, TrainingStep> sessions = input.steps(step, seeds);
      Product product =
          new Product(tf, request.compute().precision() == Compute.Precision.BFLOAT16);
      phase("graph");
      try (input;
          Session session = new Session(graph, request.session().config())) {
        TrainingStep steps = sessions.apply(session);
        input.begin(session);
        step.initialize(session);
        phase("weights");
        List<Double> seconds = new ArrayList<>();
        List<Double> waits = new ArrayList<>();
        double loss = step(session, input, steps, seconds, waits);
        phase("first step");
        double first = Duration.between(began, Instant.now()).toNanos() / 1e9;
        while (seconds.size() < request.steps()) {
          loss = step(session, input, steps, seconds, waits);
        }
        double wait = sum(waits.subList(2, waits.size())) / sum(seconds.subList(2, seconds.size()));
        long peak = peakMegabytes(); // before the tracing of a step
        OpProfile profile = profile(session, step, input, steps, seeds);
        double rate = product.gigaflops(session);
        List<Double> counted = seconds.stream().skip(2).sorted().toList();
        double best = counted.get(0);
        double work =
            StepProducts.gigaflop(
                encoder, request.batch(), kept(encoder), request.focalViews(), FOCAL);
        return new Figures(
            request,
            best * 1e3,
            counted.get(counted.size() / 2) * 1e3,
            request.batch() / best,
            wait,
            rate,
            work,
            work / best / (rate * machines()),
            first,
            phases,
            peak,
            loss,
            version,
            EmaLibrary.status().reason(),
            profile);
      }
    }
  }

  /** Processors are the same cores, however many there are made to be. */
  private int machines() {
    SessionOptions session = request.session();
    return session.device() == SessionOptions.Device.GPU ? session.count() : 1;
  }

  private int kept(VitConfig encoder) {
    return new MaskingConfig(request.patchDrop()).kept(encoder.patches());
  }

  private void phase(String name) {
    Instant now = Instant.now();
    phases.put(name, Duration.between(since, now).toNanos() / 1e9);
    since = now;
  }

  private MsnGraph graph(
      Graph graph, Ops tf, VitConfig encoder, BenchInput input, StepSeeds seeds) {
    int kept = kept(encoder);
    MsnNetwork network = MsnNetwork.create(tf, encoder, new HeadConfig(2048, 256, true), 1024, 0);
    Operand<TInt32> keep =
        kept == encoder.patches()
            ? null
            : PatchMask.draw(tf, encoder.patches(), kept, seeds.mask());
    return new MsnGraph(
        graph,
        network,
        input.towers(keep, seeds),
        new CriterionConfig(1024, 0.1, 0.25, 0.25, 1, 0, false),
        null,
        new MsnGraph.Plan(
            3,
            request.session().ema(),
            request.session().compute(request.compute()),
            1,
            request.recompute()));
  }

  private static double step(
      Session session,
      BenchInput input,
      TrainingStep steps,
      List<Double> seconds,
      List<Double> waits) {
    long begin = System.nanoTime();
    input.before(session, steps, seconds.size());
    TrainingStep.Outcome outcome = steps.run(seconds.size(), SCALARS, List.of());
    seconds.add((System.nanoTime() - begin) / 1e9);
    waits.add(outcome.waited());
    return outcome.measured().loss();
  }

  private static double sum(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).sum();
  }

  private OpProfile profile(
      Session session, MsnGraph graph, BenchInput input, TrainingStep steps, StepSeeds seeds) {
    input.before(session, steps, request.steps());
    try (StepSeeds.Values drawn = StepSeeds.values(BenchInput.SEED, request.steps(), 0)) {
      Session.Runner runner = session.runner().setOptions(OpProfile.OPTIONS);
      return OpProfile.of(graph.trace(seeds.feed(runner, drawn), request.steps(), SCALARS));
    }
  }

  /** Largest resident memory of this process so far, in MiB; -1 where the system does not tell. */
  public static long peakMegabytes() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/status"), StandardCharsets.UTF_8)) {
        if (line.startsWith("VmHWM:")) {
          return Long.parseLong(line.replaceAll("\\D", "")) / 1024;
        }
      }
    } catch (IOException e) {
      return -1; // no Linux
    }
    return -1;
  }

  /** A product of two square matrices, kept in variables so that nothing is folded away. */
  private static final class Product {
    private final List<Op> initial = new ArrayList<>();
    private final Op product;

    Product(Ops tf, boolean bfloat16) {
      this.product = bfloat16 ? product(tf, TBfloat16.class) : product(tf, TFloat32.class);
    }

    private <T extends TNumber> Op product(Ops tf, Class<T> type) {
      List<Operand<T>> sides = new ArrayList<>();
      for (String side : List.of("left", "right")) {
        VarHandleOp matrix =
            tf.varHandleOp(type, Shape.of(MATRIX, MATRIX), VarHandleOp.sharedName("bench." + side));
        Operand<TFloat32> drawn =
            tf.random.statelessRandomUniform(
                tf.constant(new int[] {MATRIX, MATRIX}), tf.constant(new long[] {1, 2}));
        initial.add(tf.assignVariableOp(matrix, tf.dtypes.cast(drawn, type)));
        sides.add(tf.readVariableOp(matrix, type));
      }
      return tf.linalg.matMul(sides.get(0), sides.get(1), new MatMul.Options[0]);
    }

    double gigaflops(Session session) {
      Session.Runner begin = session.runner();
      initial.forEach(begin::addTarget);
      begin.run().close();
      double best = Double.MAX_VALUE;
      for (int i = 0; i < PRODUCTS; i++) {
        long start = System.nanoTime();
        session.runner().addTarget(product).run().close();
        best = Math.min(best, (System.nanoTime() - start) / 1e9);
      }
      return 2.0 * MATRIX * MATRIX * MATRIX / best / 1e9;
    }
  }
}
