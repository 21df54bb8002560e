package org.endossl.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import org.endossl.data.FrameFiles;
import org.endossl.data.MsnInput;
import org.endossl.model.CheckpointOps;
import org.endossl.model.HostTensor;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/** The steps of a run in their order, with logs, checkpoints and what to do when one diverges. */
final class TrainingLoop {
  /**
   * What a run is made of.
   *
   * @param initializer draws every variable's first value
   */
  record Parts(
      PretrainConfig config,
      RunDirectory directory,
      FrameFiles files,
      Session session,
      MsnInput input,
      Runnable initializer,
      TrainingStep step,
      RunPictures pictures,
      CheckpointOps checkpoints,
      PretrainProgress.Listener listener) {}

  private final Parts parts;
  private final RunConfig run;
  private final long perEpoch;
  private final long end;
  private final long keepEvery;
  private final Schedules schedules;
  private final StepPace pace;
  private final CollapseGuard guard;
  private final TreeSet<Long> skipped = new TreeSet<>();
  private @Nullable Checkpoint last;
  private double loss = Double.NaN;

  TrainingLoop(Parts parts) {
    this.parts = parts;
    PretrainConfig config = parts.config();
    this.run = config.run();
    this.perEpoch = parts.input().stepsPerEpoch() / config.optimization().accumulation();
    long all = perEpoch * config.optimization().epochs();
    this.end = run.maxSteps() == 0 ? all : Math.min(all, run.maxSteps());
    this.keepEvery = run.keepEveryEpochs() * perEpoch;
    this.schedules = new Schedules(perEpoch, config.optimization(), config.criterion());
    this.pace = new StepPace(config.optimization().batchSize(), end);
    this.guard =
        new CollapseGuard(
            config.logs().collapseWindow(),
            config.criterion().prototypes(),
            config.optimization().batchSize());
  }

  /**
   * Takes the steps that are left.
   *
   * @param from the checkpoint to go on from; null begins
   * @return the last checkpoint
   */
  Checkpoint run(@Nullable Checkpoint from) throws IOException {
    if (from != null && from.state().step() == end) {
      return from;
    }
    long first = begin(from);
    RunLogs logs = RunLogs.open(parts.directory(), parts.config().logs().tensorboard(), first);
    try {
      boolean restart = true;
      for (long step = first; step < end; ) {
        if (restart || step % perEpoch == 0) {
          startInput(step);
          parts.step().inputBegun();
          restart = false;
        }
        if (skipped.contains(step)) {
          parts.step().skip(step);
        } else {
          MsnGraph.Measured measured = step(step, logs);
          if (!measured.finite()) {
            step = afterDivergence(step, measured);
            logs = logs.backTo(step);
            restart = true;
            continue;
          }
          loss = measured.loss();
        }
        step++;
        boolean stop = step == end || parts.listener().stop();
        if (stop || step % run.checkpointSteps() == 0 || (keepEvery > 0 && step % keepEvery == 0)) {
          logs.sync();
          last = save(step);
        }
        if (stop) {
          break;
        }
      }
    } finally {
      logs.close();
    }
    return Objects.requireNonNull(last, "no step was taken");
  }

  /** Draws or restores the variables; gives the step to begin with. */
  private long begin(@Nullable Checkpoint from) throws IOException {
    if (from == null) {
      parts.listener().phase("drawing the weights");
      parts.initializer().run();
      return 0;
    }
    Checkpoint.State state = from.state();
    if (state.stepsPerEpoch() != perEpoch) {
      throw new IllegalArgumentException(
          parts.directory().root()
              + ": the run had "
              + state.stepsPerEpoch()
              + " steps per epoch and the records now give "
              + perEpoch
              + "; wanted the same records");
    }
    parts.listener().phase("resuming after step " + state.step());
    parts.checkpoints().restore(parts.session(), from.prefix());
    skipped.addAll(state.leftOut());
    loss = state.loss();
    last = from;
    return state.step();
  }

  private void startInput(long step) {
    long done = (step % perEpoch) * parts.config().optimization().batchSize();
    parts.input().start(parts.session(), parts.config().seed(), step / perEpoch, done);
  }

  private MsnGraph.Measured step(long step, RunLogs logs) throws IOException {
    long epoch = step / perEpoch;
    RunPictures pictures = parts.pictures();
    boolean first = step % perEpoch == 0;
    boolean views = first && pictures.showsViews(epoch);
    boolean attention = first && pictures.showsAttention(epoch);
    List<Operand<TFloat32>> more = views || attention ? pictures.fetches() : List.of();
    pace.begin();
    TrainingStep.Outcome outcome = parts.step().run(step, schedules.at(step), more);
    PretrainProgress progress = pace.end(step, epoch, outcome, schedules.at(step));
    logs.step(progress);
    List<HostTensor> got = outcome.more();
    if (views) {
      logs.picture(step, "views", pictures.views(got));
    }
    if (attention) {
      logs.picture(step, "attention", pictures.attention(parts.session(), got));
    }
    parts.listener().step(progress);
    guard.after(step, outcome.measured()).forEach(parts.listener()::warning);
    return outcome.measured();
  }

  /** Ends the run, or restores an earlier state and gives the step to go on with. */
  private long afterDivergence(long step, MsnGraph.Measured measured) throws IOException {
    BatchRecords batch = batch(step);
    RunDirectory.replace(
        parts.directory().root().resolve("diverged-" + step + ".csv"), batch.csv());
    DivergenceConfig policy = run.divergence();
    List<Path> found = Checkpoint.list(parts.directory().checkpoints());
    if (policy.policy() == DivergenceConfig.Policy.STOP) {
      throw new DivergedException(step, measured, batch, newest(found, step));
    }
    if (skipped.size() >= policy.most()) {
      throw new DivergedException(
          step,
          measured,
          batch,
          "run.divergence.most, "
              + policy.most()
              + ", batches were left out before; "
              + newest(found, step));
    }
    Path back = null;
    for (Path prefix : found) {
      if (Checkpoint.step(prefix) <= step - policy.rollbackSteps()) {
        back = prefix;
      } else {
        Checkpoint.remove(prefix);
      }
    }
    long to = back == null ? 0 : Checkpoint.step(back);
    parts
        .listener()
        .warning(
            DivergedException.what(step, measured, batch)
                + "; going back to step "
                + to
                + " and leaving that batch out");
    if (back == null) {
      parts.initializer().run();
    } else {
      parts.checkpoints().restore(parts.session(), back);
    }
    skipped.add(step);
    return to;
  }

  /** Draws a step's batch again, for the names of its records. */
  private BatchRecords batch(long step) {
    startInput(step);
    List<Long> rows = new ArrayList<>();
    for (int i = 0; i < parts.config().optimization().accumulation(); i++) {
      try (Result result = parts.session().runner().fetch(parts.input().rows()).run()) {
        ((TInt64) result.get(0)).scalars().forEach(row -> rows.add(row.getLong()));
      }
    }
    return BatchRecords.of(parts.files(), rows.stream().mapToLong(Long::longValue).toArray());
  }

  private static String newest(List<Path> found, long step) {
    return found.isEmpty()
        ? "there is no checkpoint before step " + step
        : "the last checkpoint is " + found.get(found.size() - 1);
  }

  private Checkpoint save(long steps) throws IOException {
    Path folder = parts.directory().checkpoints();
    Path prefix = Checkpoint.prefix(folder, steps);
    Checkpoint.State state =
        new Checkpoint.State(
            steps, steps / perEpoch, steps % perEpoch, perEpoch, loss, List.copyOf(skipped));
    try {
      Files.createDirectories(folder);
      parts.checkpoints().save(parts.session(), prefix);
      Checkpoint.complete(prefix, parts.config(), state);
    } catch (IOException e) {
      Checkpoint.remove(prefix);
      throw RunDirectory.explained(prefix, e);
    }
    Checkpoint.prune(folder, run.keepCheckpoints(), keepEvery);
    return new Checkpoint(prefix, parts.config(), state);
  }
}
