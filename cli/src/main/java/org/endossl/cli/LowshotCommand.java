package org.endossl.cli;

import com.beust.jcommander.Parameter;
import com.beust.jcommander.ParametersDelegate;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.endossl.eval.features.FeatureSet;
import org.endossl.eval.lowshot.Lowshot;
import org.endossl.eval.lowshot.LowshotConfig;
import org.endossl.eval.lowshot.LowshotResult;
import org.endossl.eval.probe.Probe;
import org.endossl.tfrecords.BadRecords;
import org.endossl.train.config.YamlConfig;
import org.jspecify.annotations.Nullable;

/** {@code endossl lowshot}: logistic regression on few videos and few labels. */
final class LowshotCommand extends Command {
  @Parameter(names = "--weights", description = "W: as for endossl features")
  @Nullable String weights;

  @ParametersDelegate BackboneOptions backbone = new BackboneOptions();

  @Parameter(
      names = "--features",
      description = "DIR: made by endossl features, in place of --weights")
  @Nullable Path features;

  @Parameter(names = "--config", description = "FILE.yaml: the protocol; else msn's")
  Path config = Home.file("configs/probe/msn-lowshot.yaml");

  @Parameter(
      names = "--set",
      splitter = WholeValue.class,
      description = "KEY=VALUE: override a key, such as seeds=[0,1]; repeatable")
  List<String> overrides = new ArrayList<>();

  @Parameter(names = "--out", required = true, description = "DIR: lowshot.json")
  Path out = Path.of("");

  @Parameter(names = "--cache", description = "DIR: keep features here")
  @Nullable Path cache;

  @Parameter(names = "--on-bad-record", description = OnBadRecord.TEXT)
  String onBadRecord = "fail";

  @Override
  String details() {
    return """
    Draws labelled videos and labelled frames several times, fits a regression to each, and
    prints mean and deviation of endossl's video F1 on the test videos. Says whether half of
    the labels reach the result of all. endossl report draws the curve.
    """;
  }

  @Override
  String example() {
    return "lowshot --weights runs/vits16 --set data.records=[data/cholec80] --out"
        + " runs/vits16/lowshot";
  }

  @Override
  boolean usesTensorFlow() {
    return features == null;
  }

  @Override
  int run(Terminal terminal) throws Exception {
    if ((features == null) == (weights == null)) {
      throw new UsageException("wanted --weights W or --features DIR");
    }
    LowshotConfig protocol = YamlConfig.load(config, LowshotConfig.class, overrides);
    BadRecords bad = OnBadRecord.of(onBadRecord);
    LowshotResult result;
    try (StageProgress progress = new StageProgress(terminal)) {
      FeatureSet set =
          weights == null
              ? FeatureSet.read(Objects.requireNonNull(features))
              : Probe.features(backbone.weights(weights), protocol.data(), cache, bad, progress);
      String name = weights == null ? String.valueOf(features) : weights;
      result = Lowshot.run(name, set, protocol, progress);
    }
    OnBadRecord.report(bad, terminal.err());
    result.write(out);
    print(result, terminal.out());
    terminal.out().println("\nresults in " + out);
    return ExitCode.DONE;
  }

  private static void print(LowshotResult result, PrintStream out) {
    out.printf(
        Locale.ROOT,
        "%n%-18s %9s %9s %9s %9s   test videos %s%n",
        "labels",
        "frames",
        "video_f1",
        "deviation",
        "frame_acc",
        String.join(", ", result.split().test()));
    for (LowshotResult.Point point : result.points()) {
      out.printf(
          Locale.ROOT,
          "%-18s %9d %9.2f %9s %9.2f%n",
          point.kind() == LowshotResult.Kind.VIDEOS
              ? String.format(Locale.ROOT, "%.0f videos", point.amount())
              : point.amount() + " % of labels",
          point.draws().get(0).frames(),
          point.mean(),
          Double.isNaN(point.deviation())
              ? "-"
              : String.format(Locale.ROOT, "%.2f", point.deviation()),
          point.accuracy());
    }
    LowshotResult.Claim claim = result.claim();
    if (claim != null) {
      out.printf(
          Locale.ROOT,
          "%nDo half of the labels reach the result of all? %s: %+.2f video_f1, mean of the draws, 95"
              + " %% interval over test videos %.2f to %.2f (Wilcoxon p %.4f)%n",
          claim.holds() ? "Yes, or these videos cannot tell" : "No",
          claim.difference(),
          claim.interval().low(),
          claim.interval().high(),
          claim.test().p());
    }
  }
}
