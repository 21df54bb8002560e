package org.endossl.train;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.endossl.data.FrameFiles;
import org.endossl.data.MsnInput;
import org.endossl.model.HostTensor;
import org.endossl.tfrecords.BadRecords;
import org.endossl.tfrecords.FrameIndex;
import org.endossl.tfrecords.RecordFiles;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.VarHandleOp;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * What a timed step sees: the views of records, or made-up images, the same for every step, that
 * lie on the devices.
 */
final class BenchInput implements AutoCloseable {
  static final long SEED = 1;

  private final Graph graph;
  private final StepBench.Request request;
  private final @Nullable MsnInput records;
  private final @Nullable Feeding feeding;
  private final List<Op> drawn = new ArrayList<>();

  /** Reads the records' index, if there are records. */
  BenchInput(Graph graph, StepBench.Request request, BadRecords bad) throws IOException {
    this.graph = graph;
    this.request = request;
    if (request.records().isEmpty()) {
      this.records = null;
      this.feeding = null;
      return;
    }
    FrameIndex index = FrameIndex.scan(RecordFiles.list(request.records()), bad, bytes -> {});
    this.records =
        MsnInput.build(
            Ops.create(graph).withSubScope("input"),
            FrameFiles.select(index, index.videos()),
            InputBench.views(request.focalViews()),
            request.batch(),
            1024,
            0);
    this.feeding =
        new Feeding(graph, records, request.session().towers(), request.session().staged());
  }

  /** The devices with their views. */
  List<Tower> towers(@Nullable Operand<TInt32> keep, StepSeeds seeds) {
    int views = 1 + request.focalViews();
    Feeding real = feeding;
    if (real != null) {
      return real.towers(keep, seeds, views);
    }
    Ops tf = Ops.create(graph).withSubScope("made_up");
    Placement placement = new Placement(graph);
    List<String> devices = request.session().towers();
    int frames = request.batch() / devices.size();
    List<Tower> towers = new ArrayList<>();
    for (int i = 0; i < devices.size(); i++) {
      String name = "bench.images" + i;
      towers.add(
          new Tower(
              devices.get(i),
              placement.on(
                  devices.get(i),
                  () ->
                      new MsnViews(
                          images(tf, name + ".target", frames, StepBench.SIZE),
                          images(tf, name + ".random", frames, StepBench.SIZE),
                          request.focalViews() == 0
                              ? null
                              : images(
                                  tf,
                                  name + ".focal",
                                  frames * request.focalViews(),
                                  StepBench.FOCAL),
                          keep,
                          seeds.drop(),
                          views))));
    }
    return towers;
  }

  private Operand<TFloat32> images(Ops tf, String name, int rows, int side) {
    Shape shape = Shape.of(rows, side, side, 3);
    VarHandleOp images = tf.varHandleOp(TFloat32.class, shape, VarHandleOp.sharedName(name));
    Operand<TFloat32> uniform =
        tf.random.statelessRandomUniform(
            tf.constant(shape), tf.constant(new long[] {SEED, name.hashCode()}));
    drawn.add(
        tf.assignVariableOp(
            images, tf.math.sub(tf.math.mul(uniform, tf.constant(4f)), tf.constant(2f))));
    return tf.readVariableOp(images, TFloat32.class);
  }

  /** As {@link Feeding#steps}; to be called before there is a session. */
  Function<Session, TrainingStep> steps(MsnGraph step, StepSeeds seeds) {
    Feeding real = feeding;
    return real == null
        ? session -> new MadeUp(session, step, seeds)
        : real.steps(step, seeds, SEED, 1);
  }

  /** Draws made-up images. */
  void begin(Session session) {
    Session.Runner runner = session.runner();
    if (!drawn.isEmpty()) {
      drawn.forEach(runner::addTarget);
      runner.run().close();
    }
  }

  /** To be called before each step. */
  void before(Session session, TrainingStep steps, long step) {
    MsnInput input = records;
    if (input != null && step % input.stepsPerEpoch() == 0) {
      input.start(session, 0, step / input.stepsPerEpoch(), 0);
      steps.inputBegun();
    }
  }

  @Override
  public void close() {
    if (records != null) {
      records.close();
    }
  }

  /** Steps that wait for nothing. */
  private record MadeUp(Session session, MsnGraph graph, StepSeeds seeds) implements TrainingStep {
    @Override
    public Outcome run(long step, Schedules.Scalars scalars, List<Operand<TFloat32>> more) {
      List<HostTensor> got = new ArrayList<>();
      try (StepSeeds.Values drawn = StepSeeds.values(SEED, step, 0)) {
        Session.Runner runner = seeds.feed(session.runner(), drawn);
        return new Outcome(graph.run(runner, step, scalars, more, got), 0, got);
      }
    }

    @Override
    public void skip(long step) {}
  }
}
