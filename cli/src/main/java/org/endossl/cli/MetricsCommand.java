package org.endossl.cli;

import com.beust.jcommander.Parameter;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.endossl.eval.AtomicFiles;
import org.endossl.eval.metrics.Bootstrap;
import org.endossl.eval.metrics.Calibration;
import org.endossl.eval.metrics.Metrics;
import org.endossl.eval.metrics.MetricsOptions;
import org.endossl.eval.metrics.MetricsRequest;
import org.endossl.eval.metrics.ToolPredictions;
import org.endossl.eval.metrics.ToolScores;
import org.endossl.tfrecords.PhaseOrder;
import org.jspecify.annotations.Nullable;

/** {@code endossl metrics PREDICTIONS.csv}: scores under every convention, side by side. */
final class MetricsCommand extends Command {
  @Parameter(description = "PREDICTIONS.csv")
  List<String> files = new ArrayList<>();

  @Parameter(names = "--json", description = "F: also write the scores to this file")
  @Nullable Path json;

  @Parameter(
      names = "--phase-order",
      description =
          "ORDER: of phases given as numbers: endossl, tf-cholec80, tmrnet, m2cai; else the file's own,"
              + " or endossl")
  @Nullable String phaseOrder;

  @Parameter(
      names = "--videos",
      splitter = WholeValue.class,
      description =
          "IDS: such as 49-80 or video03,video07: these must be there, no more and no fewer")
  List<String> videos = new ArrayList<>();

  @Parameter(
      names = "--frames",
      description =
          "F.csv: with columns video,frame, such as features.csv: these frames must be there, no"
              + " more and no fewer")
  @Nullable Path frames;

  @Parameter(names = "--gaps", description = "accept videos with missing frames")
  boolean gaps;

  @Parameter(
      names = "--fps",
      description =
          "N: rows per second of video, for TMRNet's relaxed 10 seconds; without it they are left"
              + " out")
  double fps = 0;

  @Parameter(
      names = "--against",
      description = "B.csv: predictions of the same frames to compare with, video by video")
  @Nullable Path against;

  @Parameter(names = "--bins", description = "N: bins of the calibration error")
  int bins = Calibration.BINS;

  @Parameter(names = "--replicates", description = "N: draws of videos for the 95 % intervals")
  int replicates = Bootstrap.DEFAULT.replicates();

  @Parameter(names = "--seed", description = "N: of these draws")
  long seed = Bootstrap.DEFAULT.seed();

  @Override
  String arguments() {
    return "PREDICTIONS.csv";
  }

  @Override
  String details() {
    return """
    The file has the header video,frame,label,prediction; phases are names or numbers; rows in
    any order. A file of tools, as probe and finetune write it, gives average precisions instead.
    Columns p_PHASE state probabilities and give a calibration error. Scores are
    percentages, in several conventions beside each other; docs/evaluation.md defines each.
    --fps is the rate of the file's rows: 1 for Cholec80 as it is converted. 25 there would
    forgive 250 seconds around every transition instead of 10.
    """;
  }

  @Override
  String example() {
    return "metrics runs/probe/predictions-test.csv --fps 1 --json scores.json";
  }

  @Override
  int run(Terminal terminal) throws Exception {
    if (files.size() != 1) {
      throw new UsageException("wanted one PREDICTIONS.csv, got " + files.size());
    }
    if (ToolPredictions.isOne(Path.of(files.get(0)))) {
      return tools(terminal);
    }
    PhaseOrder order = phaseOrder == null ? null : PhaseOrder.ofPredictions(phaseOrder);
    Metrics.Outcome outcome =
        Metrics.run(
            new MetricsRequest(
                Path.of(files.get(0)),
                order,
                FeaturesCommand.videos(videos),
                frames,
                against,
                new MetricsOptions(fps, bins, gaps, new Bootstrap(replicates, 0.95, seed)),
                json));
    MetricsTable.print(outcome, terminal.out());
    return ExitCode.DONE;
  }

  private int tools(Terminal terminal) throws IOException {
    if (against != null || fps != 0 || phaseOrder != null) {
      throw new UsageException(
          files.get(0) + " has tools; --against, --fps and --phase-order are for phases");
    }
    ToolPredictions read =
        ToolPredictions.read(Path.of(files.get(0)), FeaturesCommand.videos(videos), frames, gaps);
    JsonObject scores = read.toJson();
    if (json != null) {
      AtomicFiles.writeText(json, scores + "\n");
    }
    terminal
        .out()
        .printf(Locale.ROOT, "%d frames of %s%n", read.rows(), String.join(", ", read.videos()));
    scores
        .getAsJsonObject("tools")
        .getAsJsonObject("average_precision")
        .asMap()
        .forEach(
            (tool, precision) ->
                terminal
                    .out()
                    .printf(Locale.ROOT, "AP %-18s %8.2f%n", tool, precision.getAsDouble()));
    ToolScores tools = read.scores();
    terminal
        .out()
        .printf(
            Locale.ROOT,
            "mAP %.2f, precision %.4f (of probabilities over 0.5: %.4f), PR-AUC %.4f%n",
            tools.average().map(),
            tools.precision(),
            tools.precisionAtHalf(),
            tools.prAuc());
    return ExitCode.DONE;
  }
}
