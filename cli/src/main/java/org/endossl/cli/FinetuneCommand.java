package org.endossl.cli;

import com.beust.jcommander.Parameter;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.endossl.eval.WeightsSource;
import org.endossl.eval.finetune.Finetune;
import org.endossl.eval.finetune.FinetuneConfig;
import org.endossl.eval.finetune.FinetuneResult;
import org.endossl.eval.metrics.ToolScores;
import org.endossl.tfrecords.BadRecords;
import org.endossl.train.config.YamlConfig;
import org.jspecify.annotations.Nullable;

/** {@code endossl finetune}: a whole encoder with a linear layer, for phases or tools. */
final class FinetuneCommand extends Command {
  @Parameter(
      names = "--weights",
      required = true,
      description =
          "W: a Vision Transformer's or a ResNetV2's, as endossl features takes them;"
              + " random:resnet50v2:SEED is the baseline without weights")
  String weights = "";

  @Parameter(
      names = "--config",
      description = "FILE.yaml: the protocol; else endossl's fine-tuning for phases")
  Path config = Home.file("configs/probe/endossl-finetune.yaml");

  @Parameter(
      names = "--set",
      splitter = WholeValue.class,
      description = "KEY=VALUE: override a key, such as training.epochs=1; repeatable")
  List<String> overrides = new ArrayList<>();

  @Parameter(
      names = "--out",
      required = true,
      description = "DIR: the tuned encoder, its linear layer, scores.json and predictions")
  Path out = Path.of("");

  @Parameter(
      names = "--frame-cache",
      description = "DIR: keep decoded frames on disk for this and later runs; changes no number")
  @Nullable Path frameCache;

  @Parameter(names = "--on-bad-record", description = OnBadRecord.TEXT)
  String onBadRecord = "fail";

  @Override
  String details() {
    return """
        Trains the whole encoder and one dense layer on the split's training videos, keeps the best
        epoch of the validation videos, and scores both other parts. Phases by
        configs/probe/endossl-finetune.yaml, tool presence by endossl-finetune-tools.yaml there.
        The tuned encoder is what --weights of every other command takes: DIR/encoder of a
        Vision Transformer, DIR/encoder.h5 (as Keras writes it) of a ResNetV2.
        """;
  }

  @Override
  String example() {
    return "finetune --weights runs/vits16 --set data.records=[data/cholec80]"
        + " --out runs/vits16/finetune";
  }

  @Override
  boolean usesTensorFlow() {
    return true;
  }

  @Override
  int run(Terminal terminal) throws Exception {
    FinetuneConfig protocol = YamlConfig.load(config, FinetuneConfig.class, overrides);
    BadRecords bad = OnBadRecord.of(onBadRecord);
    FinetuneResult result;
    try (StageProgress progress = new StageProgress(terminal)) {
      result =
          Finetune.run(
              new Finetune.Request(
                  weights, WeightsSource.parse(weights), protocol, out, bad, frameCache),
              progress);
    }
    bad.write(out);
    OnBadRecord.report(bad, terminal.err());
    print("test", result.test(), terminal.out());
    print("validation", result.validation(), terminal.out());
    terminal
        .out()
        .println(
            "\nbest epoch "
                + (result.bestEpoch() + 1)
                + "; scores and predictions in "
                + out
                + ", weights: "
                + result.encoder());
    return ExitCode.DONE;
  }

  private void print(String part, FinetuneResult.@Nullable Scores scores, PrintStream out) {
    if (scores == null) {
      return;
    }
    if (scores.tools() != null) {
      ToolScores tools = scores.tools().scores();
      out.printf(
          Locale.ROOT,
          "%-11s mAP %.2f, precision %.4f (of probabilities over 0.5: %.4f), PR-AUC %.4f%n",
          part,
          tools.average().map(),
          tools.precision(),
          tools.precisionAtHalf(),
          tools.prAuc());
    } else if (scores.metrics() != null) {
      ScoreTable.rows(
          part, List.of(new ScoreTable.Row(weights, scores.metrics().endossl().values())), out);
    }
  }
}
