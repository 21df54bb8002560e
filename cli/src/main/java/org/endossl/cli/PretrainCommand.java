package org.endossl.cli;

import com.beust.jcommander.Parameter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.endossl.tfrecords.BadRecords;
import org.endossl.train.Checkpoint;
import org.endossl.train.PretrainConfig;
import org.endossl.train.PretrainProgress;
import org.endossl.train.Pretrainer;
import org.endossl.train.SessionOptions;
import org.endossl.train.config.YamlConfig;
import org.jspecify.annotations.Nullable;

/** {@code endossl pretrain}: Masked Siamese Networks on TFRecords. */
final class PretrainCommand extends Command {
  @Parameter(names = "--config", description = "FILE.yaml: the experiment; see configs/pretrain")
  @Nullable Path config;

  @Parameter(
      names = "--set",
      splitter = WholeValue.class,
      description = "KEY=VALUE: override a key, such as optimization.lr=1e-4; repeatable")
  List<String> overrides = new ArrayList<>();

  @Parameter(names = "--out", description = "DIR: the run's new folder")
  @Nullable Path out;

  @Parameter(names = "--resume", description = "DIR: go on with this run from its last checkpoint")
  @Nullable Path resume;

  @Parameter(names = "--on-bad-record", description = OnBadRecord.TEXT)
  String onBadRecord = "fail";

  @Parameter(
      names = "--frame-cache",
      description = "DIR: keep decoded frames on disk for this and later runs; changes no number")
  @Nullable Path frameCache;

  @Parameter(names = "--device", description = DeviceChoice.DEVICE)
  String device = "";

  @Parameter(
      names = "--devices",
      description = DeviceChoice.DEVICES + "; the default is compute.devices")
  @Nullable Integer devices;

  @Parameter(names = "--xla", description = DeviceChoice.XLA)
  String xla = "off";

  @Override
  String details() {
    return """
        The run's folder gets the resolved configuration, metrics.csv with a row per step, and
        checkpoints, and TensorBoard's files. --resume takes the configuration from the folder and
        goes on, with the same numbers as a run that was never stopped. Ctrl-C lets the step that
        runs end, saves it and exits with 0; a second one leaves at once with 130.
        """;
  }

  @Override
  String example() {
    return "pretrain --config configs/pretrain/msn-vits16-cholec80.yaml"
        + " --set data.records=[data/cholec80] --out runs/vits16";
  }

  @Override
  boolean usesTensorFlow() {
    return true;
  }

  @Override
  int run(Terminal terminal) throws Exception {
    BadRecords bad = OnBadRecord.of(onBadRecord);
    Checkpoint last;
    try (ProgressLine line = new ProgressLine(terminal, "pretrain")) {
      last = pretrain(bad, new Listener(line, terminal.stop()));
    }
    OnBadRecord.report(bad, terminal.err());
    terminal.out().println("checkpoint " + last.prefix());
    if (terminal.stop().requested()) {
      terminal
          .err()
          .println(
              "endossl pretrain: stopped after "
                  + last.state().step()
                  + " steps, which are saved; go on with: endossl pretrain --resume "
                  + (resume != null ? resume : out));
    }
    return ExitCode.DONE;
  }

  private Checkpoint pretrain(BadRecords bad, Listener listener) throws IOException {
    SessionOptions options = DeviceChoice.options(device, xla, 0, devices);
    if (resume != null) {
      if (config != null || out != null || !overrides.isEmpty()) {
        throw new UsageException(
            "--resume takes everything from the run's folder; leave --config, --out and --set out");
      }
      return Pretrainer.resume(resume, bad, frameCache, options, listener);
    }
    if (config == null || out == null) {
      throw new UsageException("wanted --config FILE.yaml and --out DIR, or --resume DIR");
    }
    return Pretrainer.run(
        YamlConfig.load(config, PretrainConfig.class, overrides),
        out,
        bad,
        frameCache,
        options,
        listener);
  }

  /** Steps on the progress line. */
  static final class Listener implements PretrainProgress.Listener {
    private final ProgressLine line;
    private final StopSignal stop;

    Listener(ProgressLine line, StopSignal stop) {
      this.line = line;
      this.stop = stop;
      stop.poll();
    }

    @Override
    public void phase(String what) {
      line.note("pretrain: " + what);
    }

    @Override
    public void warning(String what) {
      line.note("pretrain: warning: " + what);
    }

    @Override
    public void step(PretrainProgress p) {
      line.show((p.step() + 1.0) / p.steps(), text(p));
    }

    @Override
    public boolean stop() {
      return stop.requested();
    }

    private static String text(PretrainProgress p) {
      return String.format(
          Locale.ROOT,
          "step %d/%d  loss %.4f  me-max %.4f  lr %.2e  %.1f images/s  input %.0f %%  %s left",
          p.step() + 1,
          p.steps(),
          p.measured().loss(),
          p.measured().meMax(),
          p.scalars().learningRate(),
          p.imagesPerSecond(),
          100 * p.inputWait(),
          ProgressLine.duration(p.secondsLeft()));
    }
  }
}
