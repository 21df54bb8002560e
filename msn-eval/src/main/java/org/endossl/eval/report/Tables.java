package org.endossl.eval.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.endossl.eval.metrics.Bootstrap;
import org.endossl.eval.metrics.Confusion;
import org.endossl.eval.metrics.EndosslMetrics;
import org.endossl.eval.metrics.MetricsOptions;
import org.endossl.eval.metrics.MetricsResult;
import org.endossl.eval.metrics.PhaseScores;
import org.endossl.eval.metrics.Predictions;
import org.endossl.eval.metrics.Score;

/** Scores and confusion as tables. */
final class Tables {
  private Tables() {}

  static void facts(Html html, List<ReportData.Fact> facts) {
    html.open("dl");
    for (ReportData.Fact fact : facts) {
      html.element("dt", fact.name()).element("dd", fact.value());
    }
    html.close();
  }

  /** One row per network, endossl's scores across. */
  static void scores(Html html, List<ReportData.Evaluation> evaluations) {
    scroll(html, "Scores on the test videos");
    html.open("table").open("thead").open("tr").element("th", "features", "scope", "col");
    for (String name : scores(evaluations.get(0)).keySet()) {
      html.element("th", name, "scope", "col");
    }
    html.close().close().open("tbody");
    for (ReportData.Evaluation evaluation : evaluations) {
      html.open("tr").open("th", "scope", "row").text(evaluation.name());
      html.element("small", evaluation.note()).close();
      Map<String, String> intervals = intervals(evaluation);
      scores(evaluation)
          .forEach(
              (name, value) -> {
                html.open("td", "data-score", name).text(two(value));
                html.element("small", intervals.getOrDefault("endossl." + name, "")).close();
              });
      html.close();
    }
    html.close().close().close();
  }

  /** 95 percent over videos, by convention and name. */
  private static Map<String, String> intervals(ReportData.Evaluation evaluation) {
    MetricsResult result = MetricsResult.of(evaluation.predictions());
    Map<String, String> intervals = new LinkedHashMap<>();
    for (Score score : result.scores()) {
      Bootstrap.Interval interval = result.interval(score);
      intervals.put(
          score.key(),
          interval.replicates() == 0 ? "" : two(interval.low()) + " to " + two(interval.high()));
    }
    return intervals;
  }

  /** The scores that do not depend on a frame rate, of every other convention. */
  static void conventions(Html html, List<ReportData.Evaluation> evaluations) {
    scroll(html, "Scores by other conventions");
    html.open("table").open("thead").open("tr").element("th", "score", "scope", "col");
    List<MetricsResult> results = new ArrayList<>();
    List<Map<String, String>> intervals = new ArrayList<>();
    for (ReportData.Evaluation evaluation : evaluations) {
      html.element("th", evaluation.name(), "scope", "col");
      results.add(MetricsResult.of(evaluation.predictions()));
      intervals.add(intervals(evaluation));
    }
    html.close().close().open("tbody");
    for (int s = 0; s < results.get(0).scores().size(); s++) {
      String key = results.get(0).scores().get(s).key();
      if (key.startsWith("endossl.")) {
        continue;
      }
      html.open("tr").element("th", key.replace('_', ' ').replace('.', ' '), "scope", "row");
      for (int e = 0; e < results.size(); e++) {
        double value = results.get(e).scores().get(s).value();
        html.open("td").text(Double.isNaN(value) ? "–" : two(value));
        html.element("small", intervals.get(e).getOrDefault(key, "")).close();
      }
      html.close();
    }
    html.close().close().close();
  }

  private static Map<String, Double> scores(ReportData.Evaluation evaluation) {
    return EndosslMetrics.of(evaluation.predictions().confusions()).values();
  }

  /** F1 of each phase over all frames, one column per network. */
  static void phases(Html html, List<ReportData.Evaluation> evaluations) {
    scroll(html, "F1 of each phase");
    html.open("table").open("thead").open("tr").element("th", "phase", "scope", "col");
    html.element("th", "frames", "scope", "col");
    for (ReportData.Evaluation evaluation : evaluations) {
      html.element("th", evaluation.name(), "scope", "col");
    }
    html.close().close().open("tbody");
    for (int place = 0; place < Phases.names().size(); place++) {
      html.open("tr").element("th", Phases.label(place), "scope", "row");
      boolean first = true;
      for (ReportData.Evaluation evaluation : evaluations) {
        PhaseScores.Phase scores = phase(evaluation.predictions(), Phases.names().get(place));
        if (first) {
          html.element("td", String.valueOf(scores.support()));
          first = false;
        }
        html.open("td").text(Double.isNaN(scores.f1()) ? "–" : two(100 * scores.f1()));
        html.element("small", interval(evaluation.predictions(), Phases.names().get(place)));
        html.close();
      }
      html.close();
    }
    html.close().close().close();
  }

  /** Of a phase's F1 over all frames, 95 percent, videos drawn; empty with a single video. */
  private static String interval(Predictions predictions, String name) {
    List<Confusion> videos = List.copyOf(predictions.confusions().values());
    int phase = predictions.order().names().indexOf(name);
    Bootstrap.Interval interval =
        MetricsOptions.DEFAULT
            .bootstrap()
            .of(
                videos.size(),
                sample -> {
                  long twice = 0;
                  long all = 0;
                  for (int video : sample) {
                    Confusion m = videos.get(video);
                    twice += 2 * m.count(phase, phase);
                    all += m.labelled(phase) + m.predicted(phase);
                  }
                  return all == 0 ? Double.NaN : 100.0 * twice / all;
                });
    return interval.replicates() == 0 ? "" : two(interval.low()) + " to " + two(interval.high());
  }

  private static PhaseScores.Phase phase(Predictions predictions, String name) {
    for (PhaseScores.Phase phase :
        PhaseScores.ofFrames(predictions.order().names(), predictions.confusions())) {
      if (phase.name().equals(name)) {
        return phase;
      }
    }
    throw new IllegalStateException("no phase " + name);
  }

  /** Rows are true phases; a cell has the frames and their share of the row. */
  static void confusion(Html html, Predictions predictions) {
    int n = Phases.names().size();
    Confusion counts = new Confusion(n);
    predictions.forEach(
        (video, frame, label, prediction) ->
            counts.add(
                Phases.place(label, predictions.order()),
                Phases.place(prediction, predictions.order())));
    List<String> words = IntStream.range(0, n).mapToObj(Phases::words).toList();
    confusion(html, "Confusion of the phases", words, counts.toArray());
  }

  /** Rows are true classes, numbered from 1; columns have their numbers. */
  static void confusion(Html html, String label, List<String> classes, long[][] counts) {
    int n = classes.size();
    scroll(html, label);
    html.open("table", "class", "confusion").open("thead").open("tr");
    html.element("th", "true \\ predicted", "scope", "col");
    for (int p = 0; p < n; p++) {
      html.element("th", String.valueOf(p + 1), "scope", "col", "title", classes.get(p));
    }
    html.close().close().open("tbody");
    for (int c = 0; c < n; c++) {
      html.open("tr").element("th", (c + 1) + " " + classes.get(c), "scope", "row");
      long labelled = Math.max(1, Arrays.stream(counts[c]).sum());
      for (int p = 0; p < n; p++) {
        double share = (double) counts[c][p] / labelled;
        html.open(
            "td",
            "style",
            String.format(Locale.ROOT, "--share:%.2f", share),
            "class",
            (share > 0.68 ? "dark" : "light") + (p == c ? " right" : ""));
        html.text(String.valueOf(counts[c][p]));
        html.element("small", String.format(Locale.ROOT, "%.0f %%", 100 * share)).close();
      }
      html.close();
    }
    html.close().close().close();
  }

  /** Wide tables scroll by themselves, also by keyboard. */
  static void scroll(Html html, String label) {
    html.open("div", "class", "scroll", "tabindex", "0", "role", "region", "aria-label", label);
  }

  static String two(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }
}
