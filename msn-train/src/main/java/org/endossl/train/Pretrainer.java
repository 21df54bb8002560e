package org.endossl.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.endossl.data.FrameFiles;
import org.endossl.data.FrameStore;
import org.endossl.data.InputErrors;
import org.endossl.data.MsnInput;
import org.endossl.model.CheckpointOps;
import org.endossl.tfrecords.BadRecords;
import org.endossl.tfrecords.FrameIndex;
import org.endossl.tfrecords.RecordFiles;
import org.endossl.train.config.YamlConfig;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt32;

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
  private final @Nullable Checkpoint resumed;
  private final SessionOptions options;
  private final PretrainProgress.Listener listener;

  private Pretrainer(
      PretrainConfig config,
      RunDirectory directory,
      @Nullable Checkpoint from,
      SessionOptions options,
      PretrainProgress.Listener listener) {
    this.options = options.with(config.compute().count());
    this.config = config;
    this.directory = directory;
    this.resumed = from;
    this.listener = listener;
  }

  /**
   * As {@link #run(PretrainConfig, Path, BadRecords, SessionOptions, PretrainProgress.Listener)},
   * passing over none, on the CPU.
   */
  public static Checkpoint run(
      PretrainConfig config, Path directory, PretrainProgress.Listener listener)
      throws IOException {
    return run(config, directory, BadRecords.fail(), SessionOptions.DEFAULT, listener);
  }

  /**
   * Starts a run in a new folder.
   *
   * @param bad what is done about bad records; those passed over are listed in the folder
   * @param options device and threads; a number of devices there goes into the configuration
   * @return its last checkpoint
   * @throws IllegalArgumentException if the folder is not empty
   * @throws MissingDevicesException if there are not as many devices
   * @throws org.endossl.tfrecords.DataException if records are missing or damaged, or hold no frame
   *     of the part that the configuration asks for
   */
  public static Checkpoint run(
      PretrainConfig wanted,
      Path directory,
      BadRecords bad,
      SessionOptions options,
      PretrainProgress.Listener listener)
      throws IOException {
    return run(wanted, directory, bad, null, options, listener);
  }

  /**
   * As {@link #run(PretrainConfig, Path, BadRecords, SessionOptions, PretrainProgress.Listener)}.
   *
   * @param frameCache where decoded frames are kept on disk ({@link FrameStore}); null keeps none
   */
  public static Checkpoint run(
      PretrainConfig wanted,
      Path directory,
      BadRecords bad,
      @Nullable Path frameCache,
      SessionOptions options,
      PretrainProgress.Listener listener)
      throws IOException {
    RunDirectory.requireNew(directory);
    PretrainConfig config = wanted.on(options.devices());
    Devices.require(options.with(config.compute().count()));
    FrameFiles files = files(config, bad, listener); // before anything is written
    FrameFiles read = stored(files, frameCache, listener);
    RunDirectory run = RunDirectory.create(directory);
    run.write(config);
    bad.write(run.root());
    RunRecord.write(run, config, files);
    return new Pretrainer(config, run, null, options, listener).train(files, read);
  }

  /**
   * As {@link #resume(Path, BadRecords, SessionOptions, PretrainProgress.Listener)}, passing over
   * no record, on the CPU.
   */
  public static Checkpoint resume(Path directory, PretrainProgress.Listener listener)
      throws IOException {
    return resume(directory, BadRecords.fail(), SessionOptions.DEFAULT, listener);
  }

  /**
   * Goes on from the newest checkpoint of a run, with the configuration that the run has. A run
   * without a checkpoint starts again; one that is done stays as it is.
   *
   * @param options a number of devices there is for this process only: the run's configuration
   *     stays
   * @return its last checkpoint
   * @throws IllegalArgumentException if the folder holds no run, or the records are not those that
   *     it began with
   */
  public static Checkpoint resume(
      Path directory, BadRecords bad, SessionOptions options, PretrainProgress.Listener listener)
      throws IOException {
    return resume(directory, bad, null, options, listener);
  }

  /**
   * As {@link #resume(Path, BadRecords, SessionOptions, PretrainProgress.Listener)}.
   *
   * @param frameCache where decoded frames are kept on disk; it need not be the one of the run's
   *     beginning, nor need there have been one
   */
  public static Checkpoint resume(
      Path directory,
      BadRecords bad,
      @Nullable Path frameCache,
      SessionOptions options,
      PretrainProgress.Listener listener)
      throws IOException {
    RunDirectory run = RunDirectory.open(directory);
    PretrainConfig config =
        YamlConfig.load(run.config(), PretrainConfig.class, List.of()).on(options.devices());
    Devices.require(options.with(config.compute().count()));
    Files.createDirectories(run.checkpoints());
    Checkpoint.removeUnfinished(run.checkpoints());
    List<Path> found = Checkpoint.list(run.checkpoints());
    Checkpoint from = found.isEmpty() ? null : Checkpoint.open(found.get(found.size() - 1));
    FrameFiles files = files(config, bad, listener);
    RunRecord.requireSameData(run, files);
    FrameFiles read = stored(files, frameCache, listener);
    return new Pretrainer(config, run, from, options, listener).train(files, read);
  }

  private static FrameFiles stored(
      FrameFiles files, @Nullable Path frameCache, PretrainProgress.Listener listener)
      throws IOException {
    if (frameCache != null) {
      listener.phase("frame cache: " + files.frames() + " frames in " + frameCache);
    }
    long tenth = Math.max(1, files.frames() / 10);
    return FrameStore.of(
        files,
        frameCache,
        done -> {
          if (done % tenth == 0) {
            listener.phase("frame cache: " + done + " of " + files.frames() + " frames written");
          }
        });
  }

  private static FrameFiles files(
      PretrainConfig config, BadRecords bad, PretrainProgress.Listener listener)
      throws IOException {
    List<Path> records = RecordFiles.list(config.data().records());
    listener.phase(
        "checking " + records.size() + " record file" + (records.size() == 1 ? "" : "s"));
    FrameIndex index = FrameIndex.scan(records, bad, bytes -> {});
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

  /**
   * Trains.
   *
   * @param read the same frames as they are read
   */
  private Checkpoint train(FrameFiles files, FrameFiles read) throws IOException {
    listener.phase("building the graph");
    try (Graph graph = new Graph();
        MsnInput input = input(graph, read)) {
      Ops tf = Ops.create(graph);
      MsnNetwork network =
          MsnNetwork.create(
              tf, config.encoder(), config.head(), config.criterion().prototypes(), config.seed());
      StepSeeds seeds = StepSeeds.build(tf);
      int parts = config.optimization().accumulation();
      // Parts are kept in the host's memory between their two passes and are not staged.
      Feeding feeding = new Feeding(graph, input, options.towers(), options.staged() && parts == 1);
      List<Tower> towers = feeding.towers(keep(tf, seeds), seeds, config.views().views() - 1);
      MsnGraph step =
          new MsnGraph(
              graph,
              network,
              towers,
              config.criterion(),
              config.criterion().sinkhorn() ? tf.constant(true) : null,
              new MsnGraph.Plan(
                  config.optimization().clipGrad(),
                  options.ema(),
                  options.compute(config.compute().network()),
                  parts,
                  config.optimization().recomputes()));
      RunPictures pictures = new RunPictures(tf, config, network, towers.get(0).views());
      Function<Session, TrainingStep> steps = feeding.steps(step, seeds, config.seed(), parts);
      CheckpointOps checkpoints = CheckpointOps.build(tf, step.variables());
      try (Session session = new Session(graph, options.config())) {
        return new TrainingLoop(
                new TrainingLoop.Parts(
                    config,
                    directory,
                    files,
                    session,
                    input,
                    () -> step.initialize(session),
                    steps.apply(session),
                    pictures,
                    checkpoints,
                    listener))
            .run(resumed);
      } catch (RuntimeException e) {
        if (InputErrors.concern(e)) {
          throw InputErrors.explain(e, read);
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
        config.optimization().part(),
        config.data().shuffle(),
        config.data().workers(),
        config.data().cached(),
        config.compute().kernels());
  }

  /** The patches of random views that a step keeps; null for all. */
  private @Nullable Operand<TInt32> keep(Ops tf, StepSeeds seeds) {
    int patches = config.encoder().patches();
    int kept = config.masking().kept(patches);
    return kept == patches
        ? null
        : PatchMask.draw(tf.withSubScope("mask"), patches, kept, seeds.mask());
  }
}
