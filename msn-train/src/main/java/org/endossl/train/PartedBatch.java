package org.endossl.train;

import java.util.ArrayList;
import java.util.List;
import org.endossl.data.MsnInput;
import org.endossl.model.HostTensor;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.family.TType;

/**
 * The batch in parts, by the nodes of {@link Accumulation}. The views of all parts are kept as
 * bytes between the passes (0.15 MB for one of 224 pixels); nothing else grows with the batch but
 * the projections.
 */
final class PartedBatch implements TrainingStep {
  private final Session session;
  private final MsnGraph graph;
  private final Accumulation nodes;
  private final Source source;
  private final StepSeeds seeds;
  private final long seed;
  private final int parts;

  /**
   * Where parts come from.
   *
   * @param components everything that the iterator gives for a part; feeding all of them takes the
   *     iterator's place
   * @param waiting measures how long they take
   */
  record Source(List<? extends Operand<? extends TType>> components, InputWait waiting) {
    static Source of(MsnInput input, InputWait wait) {
      return new Source(input.components(), wait);
    }
  }

  PartedBatch(
      Session session, MsnGraph graph, Source source, StepSeeds seeds, long seed, int parts) {
    Accumulation built = graph.accumulation();
    if (built == null) {
      throw new IllegalArgumentException("parts: the graph was built for whole batches");
    }
    this.session = session;
    this.graph = graph;
    this.nodes = built;
    this.source = source;
    this.seeds = seeds;
    this.seed = seed;
    this.parts = parts;
  }

  @Override
  public Outcome run(long step, Schedules.Scalars scalars, List<Operand<TFloat32>> more) {
    List<Result> kept = new ArrayList<>();
    try {
      List<HostTensor> got = new ArrayList<>();
      List<float[]> anchors = new ArrayList<>();
      List<float[]> targets = new ArrayList<>();
      double waited = 0;
      for (int i = 0; i < parts; i++) {
        waited += forward(step, i, i == 0 ? more : List.of(), got, kept, anchors, targets);
      }
      try (TFloat32 allAnchors = joined(anchors, nodes.whole().anchors().shape());
          TFloat32 allTargets = joined(targets, nodes.whole().targets().shape())) {
        float[] gradient = gradient(allAnchors, allTargets, scalars);
        for (int i = 0; i < parts; i++) {
          backward(step, i, kept.get(i), rows(gradient, i));
        }
        Session.Runner runner =
            session
                .runner()
                .feed(nodes.whole().anchors(), allAnchors)
                .feed(nodes.whole().targets(), allTargets);
        return new Outcome(graph.run(runner, step, scalars), waited, got);
      }
    } finally {
      kept.forEach(Result::close);
    }
  }

  /** The first pass of a part; gives the seconds that it waited for its input. */
  private double forward(
      long step,
      int part,
      List<Operand<TFloat32>> more,
      List<HostTensor> got,
      List<Result> kept,
      List<float[]> anchors,
      List<float[]> targets) {
    Session.Runner runner = session.runner().addTarget(nodes.averages());
    source.components().forEach(runner::fetch);
    runner.fetch(nodes.anchors()).fetch(nodes.targets()).fetch(source.waiting().waited());
    more.forEach(runner::fetch);
    try (TFloat64 now = InputWait.now();
        StepSeeds.Values drawn = StepSeeds.values(seed, step, part)) {
      Result result = seeds.feed(runner, drawn).feed(source.waiting().begin(), now).run();
      kept.add(result);
      int at = source.components().size();
      anchors.add(MsnGraph.copy((TFloat32) result.get(at)).toArray());
      targets.add(MsnGraph.copy((TFloat32) result.get(at + 1)).toArray());
      for (int i = 0; i < more.size(); i++) {
        got.add(MsnGraph.copy((TFloat32) result.get(at + 3 + i)));
      }
      return ((TFloat32) result.get(at + 2)).getFloat();
    }
  }

  /** The loss' gradient by all anchors' projections. */
  private float[] gradient(TFloat32 anchors, TFloat32 targets, Schedules.Scalars scalars) {
    List<Tensor> fed = new ArrayList<>();
    try {
      Session.Runner runner =
          session
              .runner()
              .feed(nodes.whole().anchors(), anchors)
              .feed(nodes.whole().targets(), targets)
              .fetch(nodes.byAnchors());
      graph.feedSharpening(runner, scalars, fed);
      try (Result result = runner.run()) {
        return MsnGraph.copy((TFloat32) result.get(0)).toArray();
      }
    } finally {
      fed.forEach(Tensor::close);
    }
  }

  /** The second pass of a part. */
  private void backward(long step, int part, Result kept, float[] gradient) {
    Session.Runner runner = session.runner().addTarget(part == 0 ? nodes.store() : nodes.add());
    for (int i = 0; i < source.components().size(); i++) {
      runner.feed(source.components().get(i), kept.get(i));
    }
    try (TFloat32 rows = tensor(gradient, nodes.part().shape());
        StepSeeds.Values drawn = StepSeeds.values(seed, step, part)) {
      seeds.feed(runner, drawn).feed(nodes.part(), rows).run().close();
    }
  }

  private int views() {
    return (int) (nodes.anchors().shape().get(0) / nodes.targets().shape().get(0));
  }

  /** Parts, each view by view, to one, view by view. */
  private TFloat32 joined(List<float[]> each, Shape shape) {
    int length = each.get(0).length;
    int blocks = (int) (shape.get(0) / nodes.whole().targets().shape().get(0)); // views, or 1
    int block = length / blocks;
    float[] all = new float[length * parts];
    for (int i = 0; i < parts; i++) {
      for (int v = 0; v < blocks; v++) {
        System.arraycopy(each.get(i), v * block, all, (v * parts + i) * block, block);
      }
    }
    return tensor(all, shape);
  }

  /** A part's rows of what {@link #joined} has joined. */
  private float[] rows(float[] all, int index) {
    int block = all.length / parts / views();
    float[] rows = new float[all.length / parts];
    for (int v = 0; v < views(); v++) {
      System.arraycopy(all, (v * parts + index) * block, rows, v * block, block);
    }
    return rows;
  }

  private static TFloat32 tensor(float[] values, Shape shape) {
    return TFloat32.tensorOf(shape, DataBuffers.of(values));
  }

  @Override
  public void skip(long step) {
    for (int i = 0; i < parts; i++) {
      Session.Runner runner = session.runner();
      source.components().forEach(runner::addTarget);
      runner.run().close();
    }
  }
}
