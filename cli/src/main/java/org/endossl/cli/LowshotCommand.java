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
import org.endossl.eval.probe.ProbeRecord;
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
              ? Probe.read(Objects.requireNonNull(features), protocol.data())
              : Probe.features(backbone.weights(weights), protocol.data(), cache, bad, progress);
      String name = weights == null ? String.valueOf(features) : weights;
      result = Lowshot.run(name, set, protocol, progress);
    }
    OnBadRecord.report(bad, terminal.err());
    result.write(out);
    ProbeRecord.write(out, result.features(), protocol);
    print(result, terminal.out());
    terminal.out().println("\nresults in " + out);
    return ExitCode.DONE;
  }

  private static void print(LowshotResult result, PrintStream out) {
    out.println("\nendossl's video F1 on the test videos, percent, over the draws of labels");
    out.printf(
        Locale.ROOT,
        "%-14s %9s %6s %8s %10s %16s %10s%n",
        "labels",
        "frames",
        "draws",
        "video_f1",
        "deviation",
        "least to most",
        "frame_acc");
    LowshotResult.Kind last = LowshotResult.Kind.VIDEOS;
    for (LowshotResult.Point point : result.points()) {
      if (point.kind() != last) {
        out.println();
        last = point.kind();
      }
      boolean several = point.draws().size() > 1;
      out.printf(
          Locale.ROOT,
          "%-14s %9.0f %6d %8.2f %10s %16s %10.2f%n",
          label(point),
          point.draws().stream().mapToInt(LowshotResult.Draw::frames).average().orElse(0),
          point.draws().size(),
          point.mean(),
          several ? String.format(Locale.ROOT, "%.2f", point.deviation()) : "-",
          several ? String.format(Locale.ROOT, "%.2f to %.2f", point.least(), point.most()) : "-",
          point.accuracy());
    }
    out.println("\ntest videos: " + String.join(", ", result.split().test()));
    LowshotResult.Claim claim = result.claim();
    out.println(
        claim == null
            ? "The claim on half of the labels needs 50 and 100 among percent."
            : claim.sentence());
  }

  /** {@code 4 videos}, {@code 12.5 %}. */
  private static String label(LowshotResult.Point point) {
    String amount = String.valueOf(point.amount()).replaceAll("\\.0$", "");
    return point.kind() == LowshotResult.Kind.PERCENT
        ? amount + " %"
        : amount + (amount.equals("1") ? " video" : " videos");
  }
}
