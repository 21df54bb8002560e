package org.endossl.cli;

import com.beust.jcommander.Parameter;
import com.beust.jcommander.ParametersDelegate;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.endossl.eval.probe.KnnConfig;
import org.endossl.eval.probe.Probe;
import org.endossl.eval.probe.ProbeResult;
import org.endossl.tfrecords.BadRecords;
import org.endossl.train.config.YamlConfig;
import org.jspecify.annotations.Nullable;

/** {@code endossl knn}: nearest neighbours on features of a frozen encoder. */
final class KnnCommand extends Command {
  @Parameter(names = "--weights", required = true, description = "W: as for endossl features")
  String weights = "";

  @Parameter(names = "--config", description = "FILE.yaml: the protocol; else DINO's, k 20")
  Path config = Home.file("configs/probe/knn.yaml");

  @Parameter(
      names = "--set",
      splitter = WholeValue.class,
      description = "KEY=VALUE: override a key, such as k=10; repeatable")
  List<String> overrides = new ArrayList<>();

  @Parameter(names = "--out", required = true, description = "DIR: scores.json and predictions")
  Path out = Path.of("");

  @Parameter(names = "--cache", description = "DIR: keep features here")
  @Nullable Path cache;

  @Parameter(names = "--on-bad-record", description = OnBadRecord.TEXT)
  String onBadRecord = "fail";

  @ParametersDelegate BackboneOptions backbone = new BackboneOptions();

  @Override
  String example() {
    return "knn --weights runs/vits16 --set data.records=[data/cholec80] --out runs/vits16/knn";
  }

  @Override
  boolean usesTensorFlow() {
    return true;
  }

  @Override
  int run(Terminal terminal) throws Exception {
    KnnConfig protocol = YamlConfig.load(config, KnnConfig.class, overrides);
    BadRecords bad = OnBadRecord.of(onBadRecord);
    ProbeResult result;
    try (StageProgress progress = new StageProgress(terminal)) {
      result = Probe.knn(weights, backbone.weights(weights), protocol, out, cache, bad, progress);
    }
    OnBadRecord.report(bad, terminal.err());
    ScoreTable.print(List.of(result), terminal.out());
    terminal.out().println("\nscores and predictions in " + out);
    return ExitCode.DONE;
  }
}
