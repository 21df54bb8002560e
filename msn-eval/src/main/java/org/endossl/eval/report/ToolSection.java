package org.endossl.eval.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.endossl.eval.metrics.Bootstrap;
import org.endossl.eval.metrics.MetricsOptions;
import org.endossl.eval.metrics.ToolCurve;
import org.endossl.eval.metrics.ToolPredictions;
import org.endossl.eval.metrics.ToolScores;
import org.endossl.tfrecords.Instruments;

/** Tool presence: average precision of each tool with its interval, and precision over recall. */
final class ToolSection {
  private ToolSection() {}

  static void add(Html html, ReportData.Tools tools) {
    ToolPredictions predictions = tools.predictions();
    ToolScores scores = predictions.scores();
    html.element(
        "p",
        String.format(
            Locale.ROOT,
            "%,d frames of %d test videos. mAP %.2f %%; precision %.4f as endossl counts it (logits"
                + " cut at 0.5), %.4f of probabilities over one half; area under Keras'"
                + " precision-recall curve %.4f. Small: 95 %% intervals, videos drawn with"
                + " replacement.",
            predictions.rows(),
            predictions.videos().size(),
            scores.average().map(),
            scores.precision(),
            scores.precisionAtHalf(),
            scores.prAuc()));
    List<ToolCurve> curves = new ArrayList<>();
    for (int c = 0; c < Instruments.COUNT; c++) {
      curves.add(ToolCurve.of(predictions, c, MetricsOptions.DEFAULT.bootstrap()));
    }
    table(html, predictions, curves);
    html.element("h3", "Precision over recall");
    List<ReportData.Curve> charts = new ArrayList<>();
    for (int c = 0; c < Instruments.COUNT; c++) {
      ToolCurve curve = curves.get(c);
      if (curve.recall().size() > 1) {
        double share = 100.0 * curve.there() / predictions.rows();
        charts.add(
            new ReportData.Curve(
                String.format(Locale.ROOT, "%s: AP %.1f", name(c), curve.averagePrecision()),
                "precision, percent",
                false,
                List.of(
                    new ReportData.Series("precision", curve.recall(), curve.precision()),
                    new ReportData.Series(
                        "by chance",
                        curve.recall(),
                        curve.recall().stream().map(r -> share).toList())),
                "recall, percent",
                true));
      }
    }
    Charts.add(html, charts);
  }

  private static void table(Html html, ToolPredictions predictions, List<ToolCurve> curves) {
    Tables.scroll(html, "Average precision of each tool");
    html.open("table").open("thead").open("tr").element("th", "tool", "scope", "col");
    html.element("th", "frames that show it", "scope", "col");
    html.element("th", "average precision", "scope", "col");
    html.element("th", "precision at one half", "scope", "col");
    html.element("th", "recall at one half", "scope", "col").close().close().open("tbody");
    for (int c = 0; c < Instruments.COUNT; c++) {
      ToolCurve curve = curves.get(c);
      html.open("tr").element("th", name(c), "scope", "row").open("td");
      html.text(String.format(Locale.ROOT, "%,d", curve.there()));
      html.element("small", Tables.two(100.0 * curve.there() / predictions.rows()) + " %").close();
      html.open("td", "data-tool", Instruments.NAMES.get(c));
      html.text(curve.there() == 0 ? "–" : Tables.two(curve.averagePrecision()));
      Bootstrap.Interval interval = curve.interval();
      html.element(
              "small",
              interval.replicates() == 0
                  ? ""
                  : Tables.two(interval.low()) + " to " + Tables.two(interval.high()))
          .close();
      halves(html, predictions.table(), c);
      html.close();
    }
    html.close().close().close();
  }

  /** Precision and recall of probabilities over one half. */
  private static void halves(Html html, ToolPredictions.Table table, int c) {
    long hits = 0;
    long predicted = 0;
    long there = 0;
    for (int i = 0; i < table.labels().length; i++) {
      boolean said = table.logits()[i][c] > 0;
      predicted += said ? 1 : 0;
      there += table.labels()[i][c] ? 1 : 0;
      hits += said && table.labels()[i][c] ? 1 : 0;
    }
    html.element("td", predicted == 0 ? "–" : Tables.two(100.0 * hits / predicted));
    html.element("td", there == 0 ? "–" : Tables.two(100.0 * hits / there));
  }

  private static String name(int c) {
    return Instruments.NAMES.get(c).replaceAll("(?<=[a-z])(?=[A-Z])", " ");
  }
}
