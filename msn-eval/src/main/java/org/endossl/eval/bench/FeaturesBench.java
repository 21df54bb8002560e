package org.endossl.eval.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.endossl.data.Normalization;
import org.endossl.eval.Encoder;
import org.endossl.eval.WeightsSource;
import org.endossl.model.Compute;
import org.endossl.model.VitConfig;
import org.endossl.train.SessionOptions;
import org.endossl.train.StepBench;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.TensorFlow;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

/** Times loading and running a frozen encoder on made-up images, nothing else in the graph. */
public final class FeaturesBench {
  private static final int NOT_COUNTED = 2; // the first batches prepare kernels and memory

  /**
   * What to time.
   *
   * @param weights the encoder
   * @param side of the images in pixels; 0 for the encoder's own
   * @param batch images at a time
   * @param steps batches, of which the first two do not count
   * @param compute precision and kernels
   * @param session threads
   */
  public record Request(
      WeightsSource weights,
      int side,
      int batch,
      int steps,
      Compute compute,
      SessionOptions session) {
    public Request {
      atLeast("side", side, 0);
      atLeast("batch", batch, 1);
      atLeast("steps", steps, NOT_COUNTED + 1);
    }

    private static void atLeast(String key, int got, int wanted) {
      if (got < wanted) {
        throw new IllegalArgumentException(key + ": got " + got + ", wanted at least " + wanted);
      }
    }
  }

  /**
   * What was measured.
   *
   * @param encoder in words
   * @param images shape of a batch
   * @param precision of the matrix products
   * @param bestMilliseconds of the fastest batch
   * @param medianMilliseconds of the batches that count
   * @param imagesPerSecond of the fastest batch
   * @param openSeconds until the weights' files were checked and mapped
   * @param graphSeconds of building the graph
   * @param loadSeconds from the file to the session's variables, TensorFlow being up
   * @param firstBatchSeconds of the first batch
   * @param peakMegabytes largest resident memory of the process; -1 where the system does not tell
   * @param tensorflow its version
   * @param embedding the first values of the first image, for a comparison with others
   */
  public record Figures(
      String encoder,
      String images,
      String precision,
      double bestMilliseconds,
      double medianMilliseconds,
      double imagesPerSecond,
      double openSeconds,
      double graphSeconds,
      double loadSeconds,
      double firstBatchSeconds,
      long peakMegabytes,
      String tensorflow,
      List<Float> embedding) {
    public Figures {
      embedding = List.copyOf(embedding);
    }
  }

  private FeaturesBench() {}

  /**
   * A network of random weights.
   *
   * @param size tiny, small, base or large
   * @param patch side of a patch, divides 224
   */
  public static WeightsSource random(String size, int patch) {
    VitConfig config =
        switch (size) {
          case "tiny" -> VitConfig.tiny(224, patch);
          case "small" -> VitConfig.small(224, patch);
          case "base" -> VitConfig.base(224, patch);
          case "large" -> VitConfig.large(224, patch);
          default ->
              throw new IllegalArgumentException(
                  "model: got \"" + size + "\", wanted tiny, small, base or large");
        };
    return new WeightsSource.RandomVit(config, Normalization.IMAGENET, 0);
  }

  /**
   * Runs.
   *
   * @throws org.endossl.model.WeightsException if the weights are damaged
   */
  public static Figures run(Request request) throws IOException {
    warmUp(request.session());
    long begin = System.nanoTime();
    Encoder encoder = request.weights().open();
    double open = since(begin);
    int side = request.side() == 0 ? encoder.preprocessing().size() : request.side();
    Shape shape = Shape.of(request.batch(), side, side, 3);
    begin = System.nanoTime();
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Placeholder<TFloat32> images = tf.placeholder(TFloat32.class, Placeholder.shape(shape));
      Encoder.Network network = encoder.create(tf);
      Operand<TFloat32> features = network.features(images, request.compute());
      double built = since(begin);
      try (Session session = new Session(graph, request.session().config());
          TFloat32 fed = made(shape)) {
        begin = System.nanoTime();
        network.load(session);
        double load = since(begin);
        List<Double> seconds = new ArrayList<>();
        List<Float> embedding = List.of();
        while (seconds.size() < request.steps()) {
          begin = System.nanoTime();
          try (Result result = session.runner().feed(images, fed).fetch(features).run()) {
            seconds.add(since(begin));
            embedding = first((TFloat32) result.get(0));
          }
        }
        List<Double> counted = seconds.stream().skip(NOT_COUNTED).sorted().toList();
        return new Figures(
            encoder.description(),
            shape.toString(),
            request.compute().precision() == Compute.Precision.BFLOAT16 ? "bf16" : "fp32",
            counted.get(0) * 1e3,
            counted.get(counted.size() / 2) * 1e3,
            request.batch() / counted.get(0),
            open,
            built,
            load,
            seconds.get(0),
            StepBench.peakMegabytes(),
            TensorFlow.version(),
            embedding);
      }
    }
  }

  /**
   * The native library, a session and its threads are there before anything is timed. The first
   * session of a process decides on the threads of all.
   */
  private static void warmUp(SessionOptions options) {
    try (Graph graph = new Graph()) {
      Operand<TFloat32> one = Ops.create(graph).constant(1f);
      try (Session session = new Session(graph, options.config())) {
        session.runner().fetch(one).run().close();
      }
    }
  }

  private static double since(long begin) {
    return (System.nanoTime() - begin) / 1e9;
  }

  /** Values in -2..2 that another language makes as easily: a linear congruence of the position. */
  private static TFloat32 made(Shape shape) {
    float[] values = new float[Math.toIntExact(shape.size())];
    for (int i = 0; i < values.length; i++) {
      values[i] = ((i * 1103515245L + 12345) & 0x7fffffffL) / (float) 0x80000000L * 4 - 2;
    }
    return TFloat32.tensorOf(shape, DataBuffers.of(values));
  }

  private static List<Float> first(TFloat32 features) {
    List<Float> values = new ArrayList<>();
    for (int i = 0; i < Math.min(4, features.shape().get(1)); i++) {
      values.add(features.getFloat(0, i));
    }
    return values;
  }
}
