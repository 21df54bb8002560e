package org.endossl.cli;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.endossl.eval.metrics.Bootstrap;
import org.endossl.eval.metrics.Calibration;
import org.endossl.eval.metrics.Comparison;
import org.endossl.eval.metrics.Confusion;
import org.endossl.eval.metrics.Metrics;
import org.endossl.eval.metrics.MetricsResult;
import org.endossl.eval.metrics.PhaseScores;
import org.endossl.eval.metrics.Score;
import org.endossl.eval.metrics.Wilcoxon;
import org.jspecify.annotations.Nullable;

/** Prints scores: conventions side by side, then phases, confusion, calibration, comparison. */
final class MetricsTable {
  private MetricsTable() {}

  static void print(Metrics.Outcome outcome, PrintStream out) {
    MetricsResult result = outcome.result();
    out.printf(
        Locale.ROOT,
        "%d frames of %d videos (%s); phase order %s%n",
        result.pooled().total(),
        result.confusions().size(),
        String.join(", ", result.confusions().keySet()),
        result.order().key());
    if (!result.irregular().isEmpty()) {
      out.printf(
          Locale.ROOT,
          "frame numbers of %s have no regular step: they order the frames and nothing more%n",
          String.join(", ", result.irregular()));
    }
    int window = result.options().window();
    out.println(
        window == 0
            ? "tmrnet_legacy and tmrnet_corrected are left out: give the rows' rate by --fps"
            : String.format(
                Locale.ROOT,
                "relaxed 10 seconds are %d rows at %s rows per second",
                window,
                result.options().fps()));
    scores(result, out);
    phases("phase (all frames)", "frames", result.framePhases(), out);
    phases("phase (mean of videos)", "videos", result.videoPhases(), out);
    confusion(result.order().names(), result.pooled(), out);
    calibration(result.calibration(), out);
    if (outcome.comparison() != null) {
      comparison(outcome.comparison(), out);
    }
    out.flush();
  }

  private static void scores(MetricsResult result, PrintStream out) {
    Bootstrap bootstrap = result.options().bootstrap();
    out.printf(
        Locale.ROOT,
        "%n%-17s %-15s %7s   %.0f %% interval (videos drawn %d times, seed %d)%n",
        "convention",
        "score",
        "percent",
        100 * bootstrap.level(),
        bootstrap.replicates(),
        bootstrap.seed());
    Map<String, Double> rounded = result.endossl().values();
    for (Score score : result.scores()) {
      Bootstrap.Interval interval = result.interval(score);
      double value =
          score.convention().equals("endossl")
              ? rounded.getOrDefault(score.name(), score.value())
              : score.value();
      out.printf(
          Locale.ROOT,
          "%-17s %-15s %7.2f   %s%n",
          score.convention(),
          score.name(),
          value,
          interval.replicates() == 0
              ? "- (one video)"
              : String.format(Locale.ROOT, "%.2f to %.2f", interval.low(), interval.high()));
    }
    result
        .endosslFrame()
        .values()
        .forEach(
            (name, value) ->
                out.printf(Locale.ROOT, "%-17s %-15s %7.2f%n", "endossl (frame)", name, value));
  }

  private static void phases(
      String title, String support, List<PhaseScores.Phase> phases, PrintStream out) {
    out.printf(
        Locale.ROOT,
        "%n%-26s %9s %9s %9s %9s %9s%n",
        title,
        "precision",
        "recall",
        "F1",
        "Jaccard",
        support);
    for (PhaseScores.Phase phase : phases) {
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
  }

  private static void confusion(List<String> names, Confusion counts, PrintStream out) {
    out.printf(Locale.ROOT, "%n%-26s", "true \\ predicted");
    for (int c = 0; c < names.size(); c++) {
      out.printf(Locale.ROOT, " %9d", c);
    }
    out.println();
    for (int label = 0; label < names.size(); label++) {
      out.printf(Locale.ROOT, "%d %-24s", label, names.get(label));
      for (int c = 0; c < names.size(); c++) {
        out.printf(Locale.ROOT, " %9d", counts.count(label, c));
      }
      out.println();
    }
  }

  private static void calibration(@Nullable Calibration calibration, PrintStream out) {
    if (calibration != null) {
      out.printf(
          Locale.ROOT,
          "%ncalibration error %.4f, largest %.4f (%d bins of equal width)%n",
          calibration.error(),
          calibration.largest(),
          calibration.bins().size());
    }
  }

  private static void comparison(Comparison comparison, PrintStream out) {
    out.printf(
        Locale.ROOT,
        "%n%-33s %8s %8s %8s   %-18s %9s %9s%n",
        "score",
        "first",
        "second",
        "differ",
        "95 % interval",
        "p",
        "p (Holm)");
    for (Comparison.Line line : comparison.lines()) {
      Wilcoxon test = line.test();
      out.printf(
          Locale.ROOT,
          "%-33s %8.2f %8.2f %+8.2f   %-18s %9s %9s%n",
          line.key(),
          line.first(),
          line.second(),
          line.difference(),
          String.format(Locale.ROOT, "%.2f to %.2f", line.interval().low(), line.interval().high()),
          test == null ? "-" : String.format(Locale.ROOT, "%.4f", test.p()),
          test == null ? "-" : String.format(Locale.ROOT, "%.4f", line.corrected()));
    }
    out.println("p: Wilcoxon's signed ranks over the videos, two-sided");
  }
}
