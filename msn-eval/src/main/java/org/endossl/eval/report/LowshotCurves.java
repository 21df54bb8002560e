package org.endossl.eval.report;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.endossl.eval.lowshot.LowshotResult;

/** The curves of {@code lowshot.json}: a score over labelled videos, and over labelled frames. */
final class LowshotCurves {
  static final String FILE = LowshotResult.FILE;

  private LowshotCurves() {}

  static List<ReportData.Curve> of(List<JsonObject> results) {
    List<ReportData.Curve> curves = new ArrayList<>();
    add(curves, results, "videos", "Labelled videos", "videos");
    add(curves, results, "percent", "Labelled frames of all training videos", "percent");
    return curves;
  }

  private static void add(
      List<ReportData.Curve> curves,
      List<JsonObject> results,
      String kind,
      String title,
      String axis) {
    List<ReportData.Series> series = new ArrayList<>();
    for (JsonObject result : results) {
      List<Double> amounts = new ArrayList<>();
      List<Double> scores = new ArrayList<>();
      for (JsonElement element : result.getAsJsonArray("points")) {
        JsonObject point = element.getAsJsonObject();
        if (point.get("kind").getAsString().equals(kind)) {
          amounts.add(point.get("amount").getAsDouble());
          scores.add(point.get("video_f1").getAsDouble());
        }
      }
      if (!amounts.isEmpty()) {
        series.add(new ReportData.Series(result.get("name").getAsString(), amounts, scores));
      }
    }
    if (!series.isEmpty()) {
      curves.add(new ReportData.Curve(title, "video F1, percent", false, series, axis));
    }
  }
}
