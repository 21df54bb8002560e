package org.endossl.train;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.endossl.data.MsnInput;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TUint8;

/**
 * How batches get from the input to the devices of a step: each gets the bytes of its frames, cut
 * on the processor, and normalises them. They are read by the step that uses them, or, staged, by
 * the one before.
 */
final class Feeding {
  private final Graph graph;
  private final MsnInput input;
  private final List<String> devices;
  private final InputWait waiting;
  private final @Nullable Staging staging;

  /**
   * Adds what is needed to the graph.
   *
   * @param devices as in {@link SessionOptions#towers}
   * @param staged whether batches are read and copied a step ahead
   */
  Feeding(Graph graph, MsnInput input, List<String> devices, boolean staged) {
    this.graph = graph;
    this.input = input;
    this.devices = List.copyOf(devices);
    this.waiting = InputWait.build(Ops.create(graph), input.rows());
    this.staging = staged ? Staging.build(graph, input, devices) : null;
  }

  /**
   * The devices with their views.
   *
   * @param keep as in {@link MsnViews}
   * @param views per frame, the target's left out
   */
  List<Tower> towers(@Nullable Operand<TInt32> keep, StepSeeds seeds, int views) {
    Ops tf = Ops.create(graph);
    Placement placement = new Placement(graph);
    List<Tower> towers = new ArrayList<>();
    for (int i = 0; i < devices.size(); i++) {
      MsnViews own;
      if (staging == null) {
        List<Operand<TUint8>> bytes = input.bytes(tf, i, devices.size());
        own =
            placement.on(
                devices.get(i),
                () ->
                    waiting.behind(
                        tf, MsnViews.of(input.images(tf, bytes), keep, seeds.drop(), views)));
      } else { // built and placed
        own = MsnViews.of(staging.images().get(i), keep, seeds.drop(), views);
      }
      towers.add(new Tower(devices.get(i), own));
    }
    return towers;
  }

  /**
   * How a session takes steps.
   *
   * @param step built of {@link #towers}
   * @param seed of the run
   * @param parts that a batch is computed in
   */
  Function<Session, TrainingStep> steps(MsnGraph step, StepSeeds seeds, long seed, int parts) {
    Staging ahead = staging;
    if (ahead != null && parts > 1) {
      throw new IllegalArgumentException("staging: got " + parts + " parts, wanted whole batches");
    }
    if (ahead != null) {
      StagedBatch.Nodes nodes = StagedBatch.Nodes.build(Ops.create(graph), input, step, ahead);
      return session -> new StagedBatch(session, input, step, seeds, nodes, seed);
    }
    return parts == 1
        ? session -> new WholeBatch(session, input, step, seeds, waiting, seed)
        : session ->
            new PartedBatch(
                session, step, PartedBatch.Source.of(input, waiting), seeds, seed, parts);
  }
}
