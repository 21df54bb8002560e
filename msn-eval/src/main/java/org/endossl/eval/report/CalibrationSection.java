package org.endossl.eval.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.endossl.eval.metrics.Calibration;
import org.endossl.eval.metrics.MetricsResult;
import org.endossl.eval.metrics.Predictions;

/** How often predictions are right that state a probability. */
final class CalibrationSection {
  private CalibrationSection() {}

  static void add(Html html, Predictions predictions) {
    Calibration calibration = MetricsResult.of(predictions).calibration();
    if (calibration == null) {
      HtmlReport.missing(
          html,
          "The predictions state no probabilities; it takes a column p_PHASE for every phase, as"
              + " endossl probe writes them");
      return;
    }
    html.element(
        "p",
        String.format(
            Locale.ROOT,
            "Expected error %.1f percent points over %d bins of equal width, the largest of a bin"
                + " %.1f. Above the dashed line the predictions are right more often than they"
                + " state, below it less often.",
            100 * calibration.error(),
            calibration.bins().size(),
            100 * calibration.largest()));
    List<Double> stated = new ArrayList<>();
    List<Double> right = new ArrayList<>();
    List<Double> frames = new ArrayList<>();
    for (Calibration.Bin bin : calibration.bins()) {
      if (bin.frames() > 0) {
        stated.add(Math.rint(1000 * bin.confidence()) / 10); // percent, one decimal
        right.add(Math.rint(1000 * bin.accuracy()) / 10);
        frames.add((double) bin.frames());
      }
    }
    String axis = "stated probability of the predicted phase, percent";
    Charts.add(
        html,
        List.of(
            new ReportData.Curve(
                "Right predictions over stated probability",
                "right, percent",
                false,
                List.of(
                    new ReportData.Series("right", stated, right),
                    new ReportData.Series("as stated", stated, stated)),
                axis),
            new ReportData.Curve(
                "Frames that state it",
                "frames",
                false,
                List.of(new ReportData.Series("frames", stated, frames)),
                axis)));
  }
}
