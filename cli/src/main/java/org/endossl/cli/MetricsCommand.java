package org.endossl.cli;

import com.beust.jcommander.Parameter;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.endossl.eval.metrics.Metrics;
import org.endossl.eval.metrics.MetricsRequest;
import org.endossl.eval.metrics.MetricsResult;
import org.endossl.eval.metrics.PhaseScores;
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
          "ORDER: of phases given as numbers: endossl, tf-cholec80, tmrnet; else the file's own, or endossl")
  @Nullable String phaseOrder;

  @Parameter(
      names = "--videos",
      description = "V1,V2: these videos must be there, no more and no fewer; else all of the file")
  List<String> videos = new ArrayList<>();

  @Override
  String arguments() {
    return "PREDICTIONS.csv";
  }

  @Override
  String details() {
    return """
        The file has the header video,frame,label,prediction; phases are names or numbers; rows in
        any order. Scores are percentages. "endossl" is endossl's own convention: per video the
        macro mean over the classes that occur in it or were predicted, then the mean over videos.
        """;
  }

  @Override
  String example() {
    return "metrics runs/probe/predictions.csv --json scores.json";
  }

  @Override
  int run(Terminal terminal) throws Exception {
    if (files.size() != 1) {
      throw new UsageException("wanted one PREDICTIONS.csv, got " + files.size());
    }
    PhaseOrder order = phaseOrder == null ? null : PhaseOrder.of(phaseOrder);
    MetricsResult result =
        Metrics.run(new MetricsRequest(Path.of(files.get(0)), order, videos, json));
    print(result, terminal.out());
    return ExitCode.DONE;
  }

  /** Both of endossl's tables and the phases'. */
  static void print(MetricsResult result, PrintStream out) {
    out.printf(
        Locale.ROOT,
        "%d frames of %d videos (%s); phase order %s%n%n",
        result.pooled().total(),
        result.confusions().size(),
        String.join(", ", result.confusions().keySet()),
        result.order().key());
    values(out, "endossl (video)", result.endossl().values());
    values(out, "endossl (frame)", result.endosslFrame().values());
    out.printf(
        Locale.ROOT,
        "%n%-26s %9s %9s %9s %9s %9s%n",
        "phase (all frames)",
        "precision",
        "recall",
        "F1",
        "Jaccard",
        "frames");
    for (PhaseScores.Phase phase : result.framePhases()) {
      out.printf(
          Locale.ROOT,
          "%-26s %9.2f %9.2f %9.2f %9.2f %9d%n",
          phase.name(),
          100 * phase.precision(),
          100 * phase.recall(),
          100 * phase.f1(),
          100 * phase.jaccard(),
          phase.support());
    }
    out.flush();
  }

  private static void values(PrintStream out, String convention, Map<String, Double> values) {
    values.forEach(
        (name, value) -> out.printf(Locale.ROOT, "%-16s %-16s %6.2f%n", convention, name, value));
  }
}
