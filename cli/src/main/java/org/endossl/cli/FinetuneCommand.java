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
import org.endossl.eval.metrics.MetricsResult;
import org.endossl.train.config.YamlConfig;
import org.jspecify.annotations.Nullable;

/** {@code endossl finetune}: a whole encoder with a linear layer, for phases or tools. */
final class FinetuneCommand extends Command {
  @Parameter(
      names = "--weights",
      required = true,
      description = "W: a Vision Transformer's, as endossl features takes them")
  String weights = "";

  @Parameter(
      names = "--config",
      description = "FILE.yaml: the protocol; else endossl's fine-tuning for phases")
  Path config = Home.file("configs/finetune/endossl-phases.yaml");

  @Parameter(
      names = "--set",
      splitter = WholeValue.class,
      description = "KEY=VALUE: override a key, such as training.epochs=1; repeatable")
  List<String> overrides = new ArrayList<>();

  @Parameter(names = "--out", required = true, description = "DIR: scores.json and predictions")
  Path out = Path.of("");

  @Override
  String details() {
    return """
        Trains the whole encoder and one dense layer on the split's training videos, keeps the best
        epoch of the validation videos, and scores both other parts. configs/finetune holds the
        protocols: phases and tool presence.
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
    FinetuneResult result;
    try (StageProgress progress = new StageProgress(terminal)) {
      result =
          Finetune.run(
              new Finetune.Request(weights, WeightsSource.parse(weights), protocol, out), progress);
    }
    print("validation", result.validation(), terminal.out());
    print("test", result.test(), terminal.out());
    terminal
        .out()
        .println("best epoch " + (result.bestEpoch() + 1) + "; scores and predictions in " + out);
    return ExitCode.DONE;
  }

  private static void print(String part, FinetuneResult.@Nullable Scores scores, PrintStream out) {
    if (scores == null) {
      return;
    }
    if (scores.tools() != null) {
      out.printf(
          Locale.ROOT,
          "%-11s mAP %.2f, precision %.4f, PR-AUC %.4f%n",
          part,
          scores.tools().map(),
          scores.precision(),
          scores.prAuc());
    } else if (scores.predictions() != null) {
      out.printf(
          Locale.ROOT,
          "%-11s %s%n",
          part,
          MetricsResult.of(scores.predictions()).toJson().get("endossl"));
    }
  }
}
