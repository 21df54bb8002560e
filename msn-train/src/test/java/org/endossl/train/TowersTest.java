package org.endossl.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.endossl.model.Compute;
import org.endossl.model.HeadConfig;
import org.endossl.model.HostTensor;
import org.endossl.model.ModelVariable;
import org.endossl.model.VitConfig;
import org.endossl.train.ema.EmaUpdate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.DeviceStepStats;
import org.tensorflow.proto.NodeExecStats;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/**
 * The batch cut among devices, here so many of the processor's: the step of one. With views of two
 * sizes, two random ones, dropped patches and branches, BatchNorm, me-max and Sinkhorn.
 */
class TowersTest {
  private static final VitConfig ENCODER = new VitConfig(32, 8, 24, 3, 2, 2, 1e-6, 0.3, null);
  private static final int BATCH = 8;
  private static final int STEPS = 3;
  private static final double RATE = 1e-4;
  private static final Schedules.Scalars SCALARS = new Schedules.Scalars(RATE, 0.01, 0.9, 0.25);

  /**
   * Losses and gradients of each step, and weights, moments and running averages at the end.
   *
   * @param state by variable
   */
  private record Run(
      List<MsnGraph.Measured> measured,
      List<List<HostTensor>> gradients,
      Map<String, float[]> state) {}

  /**
   * The first step strictly. Its Adam moves an element whose gradient is near 0 by a whole learning
   * rate in a direction that rounding decides, so the steps after it have a wider bar, and a small
   * share of weights may be elsewhere in the end.
   */
  @ParameterizedTest
  @CsvSource({
    "2, COMPOSITE, FLOAT32, false, 5e-5, 1e-3, 0.02",
    "4, COMPOSITE, FLOAT32, true, 5e-5, 1e-3, 0.02",
    "4, AUTO, FLOAT32, true, 5e-5, 1e-3, 0.02",
    "2, AUTO, BFLOAT16, false, 1e-2, 3e-2, 0.1"
  })
  void step_isThatOfOneDevice(
      int devices,
      Compute.Kernels kernels,
      Compute.Precision precision,
      boolean recompute,
      double first,
      double later,
      double moved) {
    Compute compute = new Compute(precision, kernels);
    Run one = run(1, compute, false);
    Run several = run(devices, compute, recompute);
    for (int i = 0; i < STEPS; i++) {
      double bar = i == 0 ? first : later;
      MsnGraph.Measured wanted = one.measured().get(i);
      MsnGraph.Measured got = several.measured().get(i);
      assertEquals(wanted.loss(), got.loss(), bar * Math.abs(wanted.loss()), "loss " + i);
      assertEquals(wanted.meMax(), got.meMax(), bar * (1 + wanted.meMax()), "me-max " + i);
      assertEquals(
          wanted.gradientNorm(), got.gradientNorm(), bar * wanted.gradientNorm(), "norm " + i);
      near(one.gradients().get(i), several.gradients().get(i), bar, "step " + i);
    }
    assertEquals(one.state().keySet(), several.state().keySet());
    double moments = bar(one, "first_moment", later);
    double squares = bar(one, "second_moment", later);
    long all = 0;
    long apart = 0;
    for (Map.Entry<String, float[]> variable : one.state().entrySet()) {
      String name = variable.getKey();
      float[] wanted = variable.getValue();
      float[] got = several.state().getOrDefault(name, new float[0]);
      if (name.contains("_moment")) {
        double most = name.contains("first_moment") ? moments : squares;
        double difference = distance(wanted, got);
        assertTrue(difference <= most, () -> name + ": " + difference + " over " + most);
        continue;
      }
      all += wanted.length;
      for (int i = 0; i < wanted.length; i++) {
        apart += Math.abs(wanted[i] - got[i]) > RATE / 5 + later * Math.abs(wanted[i]) ? 1 : 0;
      }
    }
    assertTrue(apart <= moved * all, apart + " of " + all + " weights went another way");
  }

  /** A share of the norm of all variables of a kind. */
  private static double bar(Run run, String kind, double share) {
    return share
        * Math.sqrt(
            run.state().entrySet().stream()
                .filter(e -> e.getKey().contains(kind))
                .mapToDouble(e -> square(e.getValue()))
                .sum());
  }

  @Test
  void twoRuns_haveTheSameBits() {
    Run first = run(4, Compute.FLOAT32, false);
    Run second = run(4, Compute.FLOAT32, false);
    assertEquals(first.measured(), second.measured());
    first
        .state()
        .forEach((name, value) -> assertArrayEquals(value, second.state().get(name), name));
  }

  /**
   * Both encoders' products and their gradients; without a device they would all be on the first.
   */
  @ParameterizedTest
  @CsvSource({"COMPOSITE, false", "AUTO, false", "COMPOSITE, true"})
  void eachDevice_computesItsShareForwardAndBack(Compute.Kernels kernels, boolean recompute) {
    Map<String, Map<String, Integer>> ran = new TreeMap<>();
    try (Graph graph = new Graph()) {
      Step step = new Step(graph, 3, 6, new Compute(Compute.Precision.FLOAT32, kernels), recompute);
      try (Session session = new Session(graph, options(3).config())) {
        step.graph.initialize(session);
        step.trace(session).forEach((device, types) -> ran.put(device, count(types)));
      }
    }
    assertEquals(3, ran.size(), ran::toString);
    List<Map<String, Integer>> each = List.copyOf(ran.values());
    int second = products(each.get(1));
    assertEquals(second, products(each.get(2)), ran::toString);
    // four in a block, in each encoder; the anchor's have two more each for the gradient
    assertTrue(second >= ENCODER.depth() * (4 + 4 + 8), () -> second + " in " + ran);
    assertTrue(products(each.get(0)) > second, ran::toString);
    for (Map<String, Integer> other : each.subList(1, 3)) {
      for (String firstOnly : List.of("ReadVariableOp", "ResourceApplyAdam", "VarHandleOp")) {
        assertEquals(0, other.getOrDefault(firstOnly, 0), firstOnly);
      }
    }
  }

  private static SessionOptions options(int devices) {
    return SessionOptions.DEFAULT.with(devices);
  }

  private static Run run(int devices, Compute compute, boolean recompute) {
    try (Graph graph = new Graph()) {
      Step step = new Step(graph, devices, BATCH, compute, recompute);
      try (Session session = new Session(graph, options(devices).config())) {
        return step.run(session);
      }
    }
  }

  private static Map<String, Integer> count(List<String> types) {
    Map<String, Integer> counts = new TreeMap<>();
    types.forEach(type -> counts.merge(type, 1, Integer::sum));
    return counts;
  }

  /** Those with a gradient of two products in one op count twice. */
  private static int products(Map<String, Integer> counts) {
    return counts.entrySet().stream()
        .filter(e -> e.getKey().contains("MatMul"))
        .mapToInt(e -> e.getKey().endsWith("MatMulGrad") ? 2 * e.getValue() : e.getValue())
        .sum();
  }

  private static void near(List<HostTensor> wanted, List<HostTensor> got, double bar, String what) {
    assertTrue(wanted.size() > 40, "every variable of encoder and head, and the prototypes");
    assertEquals(wanted.size(), got.size());
    double all = Math.sqrt(wanted.stream().mapToDouble(w -> square(w.toArray())).sum());
    for (int i = 0; i < wanted.size(); i++) {
      float[] a = wanted.get(i).toArray();
      double difference = distance(a, got.get(i).toArray());
      // Biases in front of a BatchNorm have a gradient of 0, of which rounding is left.
      double most = bar * Math.sqrt(square(a)) + bar / 10 * all;
      String name = what + ", gradient " + i;
      assertTrue(difference <= most, () -> name + ": " + difference + " over " + most);
    }
  }

  private static double square(float[] values) {
    double sum = 0;
    for (float v : values) {
      sum += (double) v * v;
    }
    return sum;
  }

  private static double distance(float[] a, float[] b) {
    assertEquals(a.length, b.length);
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += Math.pow((double) a[i] - b[i], 2);
    }
    return Math.sqrt(sum);
  }

  /** A training step on made-up images, each device's fed by themselves. */
  private static final class Step {
    /** Frames and views of a frame, and their side. */
    private record Kind(int views, int side) {}

    private static final List<Kind> KINDS =
        List.of(new Kind(1, 32), new Kind(2, 32), new Kind(3, 16));

    private final List<List<Placeholder<TFloat32>>> images = new ArrayList<>(); // by tower, kind
    private final Placeholder<TInt64> seed;
    private final int frames;
    private final MsnGraph graph;

    Step(Graph into, int devices, int batch, Compute compute, boolean recompute) {
      Ops tf = Ops.create(into);
      seed = tf.placeholder(TInt64.class, Placeholder.shape(Shape.of(2)));
      frames = batch / devices;
      List<Tower> towers = new ArrayList<>();
      for (String device : options(devices).towers()) {
        List<Placeholder<TFloat32>> each = new ArrayList<>();
        for (Kind kind : KINDS) {
          Shape shape = Shape.of((long) kind.views() * frames, kind.side(), kind.side(), 3);
          each.add(tf.placeholder(TFloat32.class, Placeholder.shape(shape)));
        }
        images.add(each);
        towers.add(
            new Tower(
                device,
                new MsnViews(
                    each.get(0),
                    each.get(1),
                    each.get(2),
                    tf.constant(new int[] {0, 2, 3, 7, 8, 9, 13}),
                    seed,
                    5)));
      }
      graph =
          new MsnGraph(
              into,
              MsnNetwork.create(tf, ENCODER, new HeadConfig(12, 8, true), 5, 0),
              towers,
              new CriterionConfig(5, 0.1, 0.25, 0.25, 1, 0, false),
              tf.constant(true),
              new MsnGraph.Plan(0.5, EmaUpdate.Form.AUTO, compute, 1, recompute));
    }

    /**
     * Feeds a step of its own images, the same however they are cut; what is fed is to be closed.
     */
    private Session.Runner feed(Session.Runner runner, int step, List<Tensor> fed) {
      Random numbers = new Random(step);
      for (int k = 0; k < KINDS.size(); k++) {
        int image = KINDS.get(k).side() * KINDS.get(k).side() * 3;
        int share = frames * image;
        float[][] shares = new float[images.size()][KINDS.get(k).views() * share];
        for (int view = 0; view < KINDS.get(k).views(); view++) {
          for (float[] tower : shares) {
            for (int i = 0; i < share; i++) {
              tower[view * share + i] = (float) numbers.nextGaussian();
            }
          }
        }
        for (int i = 0; i < shares.length; i++) {
          Placeholder<TFloat32> to = images.get(i).get(k);
          fed.add(TFloat32.tensorOf(to.shape(), DataBuffers.of(shares[i])));
          runner.feed(to, fed.get(fed.size() - 1));
        }
      }
      fed.add(TInt64.vectorOf(3, step));
      return runner.feed(seed, fed.get(fed.size() - 1));
    }

    Run run(Session session) {
      graph.initialize(session);
      List<MsnGraph.Measured> measured = new ArrayList<>();
      List<List<HostTensor>> gradients = new ArrayList<>();
      for (int i = 0; i < STEPS; i++) {
        List<Tensor> fed = new ArrayList<>();
        List<HostTensor> got = new ArrayList<>();
        Session.Runner runner = feed(session.runner(), i, fed);
        measured.add(graph.run(runner, i, SCALARS, graph.gradients(), got));
        gradients.add(got);
        fed.forEach(Tensor::close);
      }
      Map<String, float[]> state = new LinkedHashMap<>();
      Session.Runner runner = session.runner();
      graph.variables().forEach(v -> runner.fetch(v.value()));
      try (Result result = runner.run()) {
        int i = 0;
        for (ModelVariable v : graph.variables()) {
          state.put(v.name(), MsnGraph.copy((TFloat32) result.get(i++)).toArray());
        }
      }
      return new Run(measured, gradients, state);
    }

    /** What one step runs on each device, by TensorFlow's trace. */
    Map<String, List<String>> trace(Session session) {
      List<Tensor> fed = new ArrayList<>();
      Session.Runner runner = feed(session.runner().setOptions(OpProfile.OPTIONS), 0, fed);
      Map<String, List<String>> types = new TreeMap<>();
      for (DeviceStepStats device : graph.trace(runner, 0, SCALARS).getDevStatsList()) {
        List<String> ran = new ArrayList<>();
        for (NodeExecStats node : device.getNodeStatsList()) {
          ran.add(OpProfile.type(node));
        }
        types.put(device.getDevice(), ran);
      }
      fed.forEach(Tensor::close);
      return types;
    }
  }
}
