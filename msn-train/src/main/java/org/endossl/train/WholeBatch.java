package org.endossl.train;

import java.util.ArrayList;
import java.util.List;
import org.endossl.data.MsnInput;
import org.endossl.model.HostTensor;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;

/** The batch in one run of the session. */
final class WholeBatch implements TrainingStep {
  private final Session session;
  private final MsnInput input;
  private final MsnGraph graph;
  private final StepSeeds seeds;
  private final InputWait wait;
  private final long seed;

  WholeBatch(
      Session session, MsnInput input, MsnGraph graph, StepSeeds seeds, InputWait wait, long seed) {
    this.session = session;
    this.input = input;
    this.graph = graph;
    this.seeds = seeds;
    this.wait = wait;
    this.seed = seed;
  }

  @Override
  public Outcome run(long step, Schedules.Scalars scalars, List<Operand<TFloat32>> more) {
    List<Operand<TFloat32>> fetched = new ArrayList<>(more);
    fetched.add(wait.waited());
    List<HostTensor> got = new ArrayList<>();
    try (StepSeeds.Values drawn = StepSeeds.values(seed, step, 0);
        TFloat64 now = InputWait.now()) {
      Session.Runner runner = seeds.feed(session.runner(), drawn).feed(wait.begin(), now);
      MsnGraph.Measured measured = graph.run(runner, step, scalars, fetched, got);
      HostTensor waited = got.remove(got.size() - 1);
      return new Outcome(measured, waited.values().get(0), got);
    }
  }

  @Override
  public void skip(long step) {
    session.runner().addTarget(input.rows()).run().close();
  }
}
