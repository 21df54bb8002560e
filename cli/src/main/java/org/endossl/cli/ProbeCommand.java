package org.endossl.cli;

import com.beust.jcommander.Parameter;
import com.beust.jcommander.ParametersDelegate;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.endossl.eval.probe.LinearProbe;
import org.endossl.eval.probe.Probe;
import org.endossl.eval.probe.ProbeConfig;
import org.endossl.eval.probe.ProbeRecord;
import org.endossl.eval.probe.ProbeRequest;
import org.endossl.eval.probe.ProbeResult;
import org.endossl.eval.suite.Protocol;
import org.endossl.tfrecords.BadRecords;
import org.endossl.train.config.YamlConfig;
import org.jspecify.annotations.Nullable;

/** {@code endossl probe}: the linear probe of one or several frozen encoders. */
final class ProbeCommand extends Command {
  @Parameter(
      names = "--weights",
      splitter = WholeValue.class,
      description = "W: as for endossl features; repeatable, to compare")
  List<String> weights = new ArrayList<>();

  @Parameter(
      names = "--features",
      description = "DIR: made by endossl features, in place of --weights")
  @Nullable Path features;

  @Parameter(
      names = "--config",
      description = "FILE.yaml: the protocol; else endossl's linear evaluation")
  Path config = Home.file("configs/probe/endossl-linear.yaml");

  @Parameter(
      names = "--set",
      splitter = WholeValue.class,
      description = "KEY=VALUE: override a key, such as data.split.train=1-4; repeatable")
  List<String> overrides = new ArrayList<>();

  @Parameter(names = "--out", required = true, description = "DIR: scores.json and predictions")
  Path out = Path.of("");

  @Parameter(names = "--cache", description = "DIR: keep features here")
  @Nullable Path cache;

  @Parameter(names = "--on-bad-record", description = OnBadRecord.TEXT)
  String onBadRecord = "fail";

  @ParametersDelegate BackboneOptions backbone = new BackboneOptions();

  @Override
  String details() {
    return """
    Features of the frozen encoder are computed once, then a linear layer is trained on them by
    endossl's protocol. Several --weights are probed on the same frames and printed together;
    each gets a folder of its own below --out. Other files of configs/probe by --config: tools
    (tools.yaml), temporal heads (tecno.yaml, lstm.yaml), classes of images (polypset.yaml).
    """;
  }

  @Override
  String example() {
    return "probe --weights runs/vits16 --weights random:runs/vits16:0"
        + " --set data.records=[data/cholec80] --out runs/vits16/probe";
  }

  @Override
  boolean usesTensorFlow() {
    return features == null;
  }

  @Override
  int run(Terminal terminal) throws Exception {
    if (features == null == weights.isEmpty()) {
      throw new UsageException("wanted --weights W (one or more) or --features DIR");
    }
    if (Protocol.of(config) != Protocol.LINEAR) {
      return other(terminal);
    }
    ProbeConfig protocol = YamlConfig.load(config, ProbeConfig.class, overrides);
    BadRecords bad = OnBadRecord.of(onBadRecord);
    List<ProbeResult> results = new ArrayList<>();
    try (StageProgress progress = new StageProgress(terminal)) {
      if (features != null) {
        results.add(ofFeatures(features, protocol, progress));
      }
      for (int i = 0; i < weights.size(); i++) {
        Path folder = weights.size() == 1 ? out : out.resolve(String.valueOf(i + 1));
        results.add(
            Probe.run(
                new ProbeRequest(
                    weights.get(i), backbone.weights(weights.get(i)), protocol, folder, cache, bad),
                progress));
      }
    }
    OnBadRecord.report(bad, terminal.err());
    ScoreTable.print(results, terminal.out());
    terminal.out().println("\nscores and predictions in " + out);
    return ExitCode.DONE;
  }

  /** Tools, temporal heads, images and what else has a file below configs/probe. */
  private int other(Terminal terminal) throws IOException {
    BadRecords bad = OnBadRecord.of(onBadRecord);
    for (int i = 0; i < Math.max(1, weights.size()); i++) {
      Path folder = weights.size() < 2 ? out : out.resolve(String.valueOf(i + 1));
      String name = features == null ? weights.get(i) : features.toString();
      Map<String, Double> scores;
      try (StageProgress progress = new StageProgress(terminal)) {
        scores =
            Protocol.run(
                new Protocol.Request(
                    name,
                    features == null ? backbone.weights(name) : null,
                    features,
                    config,
                    overrides,
                    folder,
                    cache,
                    bad),
                progress);
      }
      OnBadRecord.report(bad, terminal.err());
      terminal.out().println(name);
      scores.forEach(
          (score, value) -> terminal.out().printf(Locale.ROOT, "  %-44s %9.4f%n", score, value));
    }
    terminal.out().println("\nscores and predictions in " + out);
    return ExitCode.DONE;
  }

  private ProbeResult ofFeatures(Path directory, ProbeConfig protocol, StageProgress progress)
      throws IOException {
    ProbeResult result =
        LinearProbe.run(
            directory.toString(), Probe.read(directory, protocol.data()), protocol, out, progress);
    result.write(out);
    ProbeRecord.write(out, result, protocol);
    return result;
  }
}
