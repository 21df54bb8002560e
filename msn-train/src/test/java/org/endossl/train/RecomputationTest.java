package org.endossl.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.endossl.model.Compute;
import org.endossl.model.HeadConfig;
import org.endossl.model.HostTensor;
import org.endossl.model.VitConfig;
import org.endossl.train.ema.EmaUpdate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/** On views of two sizes packed into one matrix, with dropped patches and dropped branches. */
class RecomputationTest {
  private static final VitConfig ENCODER = new VitConfig(32, 8, 24, 3, 2, 2, 1e-6, 0.3, null);
  private static final int BATCH = 3;

  /** Every variable's gradient after one step, clipping left out. */
  @ParameterizedTest
  @CsvSource({
    "FLOAT32, AUTO, 2e-5",
    "FLOAT32, COMPOSITE, 2e-5",
    "BFLOAT16, AUTO, 2e-3",
    "BFLOAT16, COMPOSITE, 2e-3"
  })
  void gradients_areThoseOfKeptActivations(
      Compute.Precision precision, Compute.Kernels kernels, double bar) {
    Compute compute = new Compute(precision, kernels);
    List<HostTensor> kept = gradients(compute, false);
    List<HostTensor> again = gradients(compute, true);
    assertEquals(kept.size(), again.size());
    assertTrue(kept.size() > 40, "every variable of encoder and head, and the prototypes");
    // Biases in front of a BatchNorm have a gradient of 0, of which rounding is left.
    double rounding = 1e-5 * Math.sqrt(kept.stream().mapToDouble(RecomputationTest::square).sum());
    for (int i = 0; i < kept.size(); i++) {
      double norm = Math.sqrt(square(kept.get(i)));
      double difference = difference(kept.get(i).toArray(), again.get(i).toArray());
      assertTrue(norm > 0, "gradient " + i + " is 0");
      assertTrue(
          difference <= bar * norm + rounding, "gradient " + i + ": " + difference + " of " + norm);
    }
  }

  /**
   * What the backward pass reads of the forward pass' blocks is the stream before each; that before
   * the first is the embedding's.
   */
  @Test
  void activationsWithinABlock_areNotKept() {
    Set<String> kept = keptWithinBlocks(true);
    assertEquals(ENCODER.depth() - 1, kept.size(), kept::toString);
    assertTrue(keptWithinBlocks(false).size() > 10 * ENCODER.depth());
  }

  /** Values of {@code anchor/block*} that a node outside the forward pass reads. */
  private static Set<String> keptWithinBlocks(boolean recompute) {
    try (Graph graph = new Graph()) {
      new Step(graph, Compute.PORTABLE, recompute);
      Set<String> kept = new TreeSet<>();
      graph
          .operations()
          .forEachRemaining(
              op -> {
                if (op.name().startsWith("anchor/") || op.name().startsWith("target/")) {
                  return;
                }
                for (int i = 0; i < op.numInputs(); i++) {
                  String from = op.input(i).op().name();
                  if (from.startsWith("anchor/block") && !op.input(i).op().type().equals("Const")) {
                    kept.add(from);
                  }
                }
              });
      return kept;
    }
  }

  private static List<HostTensor> gradients(Compute compute, boolean recompute) {
    try (Graph graph = new Graph()) {
      Step step = new Step(graph, compute, recompute);
      try (Session session = new Session(graph, SessionOptions.DEFAULT.config())) {
        return step.gradients(session);
      }
    }
  }

  /** A training step on made-up images. */
  private static final class Step {
    private final List<Placeholder<TFloat32>> images = new ArrayList<>();
    private final Placeholder<TInt64> seed;
    private final MsnGraph graph;

    Step(Graph into, Compute compute, boolean recompute) {
      Ops tf = Ops.create(into);
      seed = tf.placeholder(TInt64.class, Placeholder.shape(Shape.of(2)));
      graph =
          new MsnGraph(
              into,
              MsnNetwork.create(tf, ENCODER, new HeadConfig(12, 8, true), 5, 0),
              new MsnViews(
                  images(tf, BATCH, 32),
                  images(tf, 2 * BATCH, 32),
                  images(tf, 4 * BATCH, 16),
                  tf.constant(new int[] {0, 2, 3, 7, 8, 9, 13}),
                  seed,
                  6),
              new CriterionConfig(5, 0.1, 0.25, 0.25, 1, 0, false),
              null,
              new MsnGraph.Plan(0, EmaUpdate.Form.COMPOSITE, compute, 1, recompute));
    }

    private Operand<TFloat32> images(Ops tf, int rows, int side) {
      images.add(tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(rows, side, side, 3))));
      return images.get(images.size() - 1);
    }

    List<HostTensor> gradients(Session session) {
      graph.initialize(session);
      Random numbers = new Random(5);
      List<Tensor> fed = new ArrayList<>();
      Session.Runner runner = session.runner();
      for (Placeholder<TFloat32> image : images) {
        float[] values = new float[(int) image.shape().size()];
        for (int i = 0; i < values.length; i++) {
          values[i] = (float) numbers.nextGaussian();
        }
        fed.add(TFloat32.tensorOf(image.shape(), DataBuffers.of(values)));
        runner.feed(image, fed.get(fed.size() - 1));
      }
      fed.add(TInt64.vectorOf(3, 4));
      runner.feed(seed, fed.get(fed.size() - 1));
      List<HostTensor> got = new ArrayList<>();
      graph.run(runner, 0, new Schedules.Scalars(1e-3, 0.01, 0.9, 0.25), graph.gradients(), got);
      fed.forEach(Tensor::close);
      return got;
    }
  }

  private static double square(HostTensor gradient) {
    double sum = 0;
    for (float v : gradient.toArray()) {
      sum += (double) v * v;
    }
    return sum;
  }

  private static double difference(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += Math.pow((double) a[i] - b[i], 2);
    }
    return Math.sqrt(sum);
  }
}
