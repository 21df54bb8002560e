package org.endossl.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.endossl.data.FrameFiles;
import org.endossl.data.InputErrors;
import org.endossl.data.MsnInput;
import org.endossl.model.CheckpointOps;
import org.endossl.tfrecords.FrameIndex;
import org.endossl.tfrecords.RecordFiles;
import org.endossl.train.config.YamlConfig;
import org.endossl.train.ema.EmaUpdate;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

/**
 * Pre-trains by Masked Siamese Networks: from TFRecords to checkpoints. Every step is one run of
 * the session; the input's iterator is part of its graph.
 *
 * <p>A run is a function of its configuration: views, order and masks of a step are drawn from
 * (seed, epoch, frame), so a resumed run continues with the bits of one that was never stopped.
 */
public final class Pretrainer {
  private final PretrainConfig config;
  private final RunDirectory directory;
  private final Checkpoint.@Nullable State resumed;
  private final @Nullable Path restore;
  private final PretrainProgress.Listener listener;

  private Pretrainer(
      PretrainConfig config,
      RunDirectory directory,
      @Nullable Checkpoint from,
      PretrainProgress.Listener listener) {
    this.config = config;
    this.directory = directory;
    this.resumed = from == null ? null : from.state();
    this.restore = from == null ? null : from.prefix();
    this.listener = listener;
  }

  /**
   * Starts a run in a new folder.
   *
   * @return its last checkpoint
   * @throws IllegalArgumentException if the folder is not empty
   * @throws org.endossl.tfrecords.DataException if records are missing or damaged, or hold no frame
   *     of the part that the configuration asks for
   */
  public static Checkpoint run(
      PretrainConfig config, Path directory, PretrainProgress.Listener listener)
      throws IOException {
    RunDirectory.requireNew(directory);
    FrameFiles files = files(config, listener); // before anything is written
    RunDirectory run = RunDirectory.create(directory);
    run.write(config);
    RunRecord.write(run, config, files);
    return new Pretrainer(config, run, null, listener).train(files);
  }

  /**
   * Goes on from the newest checkpoint of a run, with the configuration that the run has. A run
   * without a checkpoint starts again; one that is done stays as it is.
   *
   * @return its last checkpoint
   * @throws IllegalArgumentException if the folder holds no run, or the records are not those that
   *     it began with
   */
  public static Checkpoint resume(Path directory, PretrainProgress.Listener listener)
      throws IOException {
    RunDirectory run = RunDirectory.open(directory);
    PretrainConfig config = YamlConfig.load(run.config(), PretrainConfig.class, List.of());
    Files.createDirectories(run.checkpoints());
    Checkpoint.removeUnfinished(run.checkpoints());
    List<Path> found = Checkpoint.list(run.checkpoints());
    Checkpoint from = found.isEmpty() ? null : Checkpoint.open(found.get(found.size() - 1));
    return new Pretrainer(config, run, from, listener).train(files(config, listener));
  }

  private static FrameFiles files(PretrainConfig config, PretrainProgress.Listener listener)
      throws IOException {
    List<Path> records = RecordFiles.list(config.data().records());
    listener.phase(
        "checking " + records.size() + " record file" + (records.size() == 1 ? "" : "s"));
    FrameIndex index = FrameIndex.scan(records);
    String part = config.data().part();
    List<String> videos =
        part.equals("all") ? index.videos() : config.data().split().videos().videos(part);
    FrameFiles files = FrameFiles.select(index, videos);
    int batch = config.optimization().batchSize();
    if (files.frames() < batch) {
      throw new IllegalArgumentException(
          "optimization.batch_size: got "
              + batch
              + ", but the videos of data.part hold "
              + files.frames()
              + " frames; wanted at most that");
    }
    return files;
  }

  private Checkpoint train(FrameFiles files) throws IOException {
    listener.phase("building the graph");
    try (Graph graph = new Graph();
        MsnInput input = input(graph, files)) {
      Ops tf = Ops.create(graph);
      MsnNetwork network =
          MsnNetwork.create(
              tf, config.encoder(), config.head(), config.criterion().prototypes(), config.seed());
      Placeholder<TInt64> maskSeed =
          tf.withName("mask_seed").placeholder(TInt64.class, Placeholder.shape(Shape.of(2)));
      MsnGraph step =
          MsnGraph.build(
              graph,
              network,
              views(tf, input, maskSeed),
              config.criterion(),
              config.optimization().clipGrad(),
              config.criterion().sinkhorn() ? tf.constant(true) : null,
              EmaUpdate.Form.AUTO);
      CheckpointOps checkpoints = CheckpointOps.build(tf, step.variables());
      try (Session session = new Session(graph, SessionOptions.DEFAULT.config())) {
        return loop(session, input, step, checkpoints, maskSeed);
      } catch (RuntimeException e) {
        if (InputErrors.concern(e)) {
          throw InputErrors.explain(e, files);
        }
        throw e;
      }
    }
  }

  private MsnInput input(Graph graph, FrameFiles files) {
    return MsnInput.build(
        Ops.create(graph).withSubScope("input"),
        files,
        config.views(),
        config.optimization().batchSize(),
        config.data().shuffle(),
        config.data().workers());
  }

  private MsnViews views(Ops tf, MsnInput input, Operand<TInt64> maskSeed) {
    int patches = config.encoder().patches();
    int kept = config.masking().kept(patches);
    Operand<TInt32> keep =
        kept == patches ? null : PatchMask.draw(tf.withSubScope("mask"), patches, kept, maskSeed);
    return new MsnViews(
        input.target(),
        input.random(),
        input.focal(),
        keep,
        config.views().randViews() + config.views().focalViews());
  }

  private Checkpoint loop(
      Session session,
      MsnInput input,
      MsnGraph graph,
      CheckpointOps checkpoints,
      Placeholder<TInt64> maskSeed)
      throws IOException {
    long perEpoch = input.stepsPerEpoch();
    long all = perEpoch * config.optimization().epochs();
    long end = config.run().maxSteps() == 0 ? all : Math.min(all, config.run().maxSteps());
    long first = begin(session, graph, checkpoints, perEpoch);
    Schedules schedules = new Schedules(perEpoch, config.optimization(), config.criterion());
    Pace pace = new Pace(config.optimization().batchSize(), end);
    Checkpoint last = first == end ? done() : null;
    try (MetricsCsv csv = MetricsCsv.open(directory.metrics(), first)) {
      for (long step = first; step < end; step++) {
        if (step == first || step % perEpoch == 0) {
          long done = (step % perEpoch) * config.optimization().batchSize();
          input.start(session, config.seed(), step / perEpoch, done);
        }
        pace.begin();
        MsnGraph.Measured measured;
        try (TInt64 seed = TInt64.vectorOf(config.seed(), step)) {
          measured = graph.run(session.runner().feed(maskSeed, seed), step, schedules.at(step));
        }
        PretrainProgress progress = pace.end(step, step / perEpoch, measured, schedules.at(step));
        csv.write(progress);
        listener.step(progress);
        if (!measured.finite()) {
          throw new DivergedException(step, measured, last(step));
        }
        boolean stop = step + 1 == end || listener.stop();
        if (stop || (step + 1) % config.run().checkpointSteps() == 0) {
          last = save(session, checkpoints, state(step + 1, perEpoch, measured.loss()));
        }
        if (stop) {
          break;
        }
      }
    }
    return Objects.requireNonNull(last, "no step was taken");
  }

  /** The checkpoint of a run that has no step left. */
  private @Nullable Checkpoint done() {
    return restore == null || resumed == null ? null : new Checkpoint(restore, config, resumed);
  }

  private String last(long step) throws IOException {
    List<Path> found = Checkpoint.list(directory.checkpoints());
    return found.isEmpty()
        ? "there is no checkpoint before step " + step
        : "the last checkpoint is " + found.get(found.size() - 1);
  }

  /** Draws or restores the variables; gives the step to begin with. */
  private long begin(Session session, MsnGraph graph, CheckpointOps checkpoints, long perEpoch)
      throws IOException {
    Path from = restore;
    Checkpoint.State state = resumed;
    if (from == null || state == null) {
      listener.phase("drawing the weights");
      graph.initialize(session);
      return 0;
    }
    if (state.stepsPerEpoch() != perEpoch) {
      throw new IllegalArgumentException(
          directory.root()
              + ": the run had "
              + state.stepsPerEpoch()
              + " steps per epoch and the records now give "
              + perEpoch
              + "; wanted the same records");
    }
    listener.phase("resuming after step " + state.step());
    checkpoints.restore(session, from);
    return state.step();
  }

  private static Checkpoint.State state(long steps, long perEpoch, float loss) {
    return new Checkpoint.State(steps, steps / perEpoch, steps % perEpoch, perEpoch, loss);
  }

  private Checkpoint save(Session session, CheckpointOps checkpoints, Checkpoint.State state)
      throws IOException {
    Path prefix = Checkpoint.prefix(directory.checkpoints(), state.step());
    try {
      checkpoints.save(session, prefix);
      Checkpoint.complete(prefix, config, state);
    } catch (IOException e) {
      Checkpoint.remove(prefix);
      throw RunDirectory.explained(prefix, e);
    }
    Checkpoint.prune(directory.checkpoints(), config.run().keepCheckpoints());
    return new Checkpoint(prefix, config, state);
  }

  /** Times steps. */
  private static final class Pace {
    private final int batch;
    private final long end;
    private long started;
    private double seconds;
    private long counted;

    Pace(int batch, long end) {
      this.batch = batch;
      this.end = end;
    }

    void begin() {
      started = System.nanoTime();
    }

    PretrainProgress end(
        long step, long epoch, MsnGraph.Measured measured, Schedules.Scalars scalars) {
      double taken = (System.nanoTime() - started) / 1e9;
      if (counted++ > 0) { // the first step also compiles kernels and fills the shuffle buffer
        seconds += taken;
      }
      double mean = counted > 1 ? seconds / (counted - 1) : taken;
      return new PretrainProgress(
          step, end, epoch, measured, scalars, batch / taken, mean * (end - step - 1));
    }
  }
}
