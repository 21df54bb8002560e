package org.endossl.train;

import java.util.ArrayList;
import java.util.List;
import org.endossl.data.MsnInput;
import org.endossl.model.HostTensor;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;

/**
 * The batch in one run of the session, which also reads the next one and copies it to the devices.
 */
final class StagedBatch implements TrainingStep {
  private final Session session;
  private final MsnInput input;
  private final MsnGraph graph;
  private final StepSeeds seeds;
  private final Nodes nodes;
  private final long seed;

  /**
   * What a run needs besides the step.
   *
   * @param longer seconds that a run goes on reading after its step is done, scalar; reads the next
   *     batch
   */
  record Nodes(Staging staging, Operand<TFloat32> longer) {
    static Nodes build(Ops ops, MsnInput input, MsnGraph graph, Staging staging) {
      Ops tf = Placement.onCpu(ops.withSubScope("ahead"));
      Op given = () -> input.rows().asOutput().op();
      Operand<TFloat64> read = tf.withControlDependencies(given).timestamp();
      Operand<TFloat64> done = tf.withControlDependencies(graph.step()).timestamp();
      Operand<TFloat64> longer = tf.math.maximum(tf.math.sub(read, done), tf.constant(0.0));
      return new Nodes(staging, tf.dtypes.cast(longer, TFloat32.class));
    }
  }

  StagedBatch(
      Session session, MsnInput input, MsnGraph graph, StepSeeds seeds, Nodes nodes, long seed) {
    this.session = session;
    this.input = input;
    this.graph = graph;
    this.seeds = seeds;
    this.nodes = nodes;
    this.seed = seed;
  }

  /** Empties the place of what the last epoch or a step that is taken again left there. */
  @Override
  public void inputBegun() {
    session.runner().addTarget(nodes.staging().clear()).run().close();
    session.runner().addTarget(nodes.staging().put()).run().close();
  }

  @Override
  public Outcome run(long step, Schedules.Scalars scalars, List<Operand<TFloat32>> more) {
    List<HostTensor> got = new ArrayList<>();
    try (StepSeeds.Values drawn = StepSeeds.values(seed, step, 0)) {
      Session.Runner runner = seeds.feed(session.runner(), drawn);
      if (endsEpoch(step)) {
        return new Outcome(graph.run(runner, step, scalars, more, got), 0, got);
      }
      List<Operand<TFloat32>> fetched = new ArrayList<>(more);
      fetched.add(nodes.longer());
      runner.addTarget(nodes.staging().put());
      MsnGraph.Measured measured = graph.run(runner, step, scalars, fetched, got);
      HostTensor longer = got.remove(got.size() - 1);
      return new Outcome(measured, longer.values().get(0), got);
    }
  }

  private boolean endsEpoch(long step) {
    return (step + 1) % input.stepsPerEpoch() == 0;
  }

  @Override
  public void skip(long step) {
    Session.Runner runner = session.runner().addTarget(nodes.staging().take());
    if (!endsEpoch(step)) {
      runner.addTarget(nodes.staging().put());
    }
    runner.run().close();
  }
}
