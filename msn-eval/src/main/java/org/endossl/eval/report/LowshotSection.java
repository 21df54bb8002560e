package org.endossl.eval.report;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.endossl.eval.lowshot.LowshotResult;

/** Few labels: {@code lowshot.json} as a sentence on the claim, curves with deviations, a table. */
final class LowshotSection {
  static final String FILE = LowshotResult.FILE;

  private LowshotSection() {}

  static void add(Html html, List<ReportData.Scored> results) {
    html.element(
        "p",
        "Logistic regression on frozen features: endossl's video F1 on the test videos, percent."
            + " Mean over the draws of labels; the bars reach one deviation (n - 1) up and down.");
    for (ReportData.Scored result : results) {
      JsonObject claim = JsonFiles.object(result.json(), "half_of_the_labels");
      String sentence = JsonFiles.string(claim, "sentence");
      if (!sentence.isEmpty()) {
        html.open("p", "class", "verdict").element("b", result.name() + ". ");
        html.text(sentence).close();
      }
    }
    Charts.add(html, curves(results));
    for (ReportData.Scored result : results) {
      table(html, result);
    }
  }

  static List<ReportData.Curve> curves(List<ReportData.Scored> results) {
    List<ReportData.Curve> curves = new ArrayList<>();
    add(curves, results, "percent", "Labelled frames of all training videos", "percent labelled");
    add(curves, results, "videos", "Labelled videos", "videos");
    return curves;
  }

  private static void add(
      List<ReportData.Curve> curves,
      List<ReportData.Scored> results,
      String kind,
      String title,
      String axis) {
    List<ReportData.Series> series = new ArrayList<>();
    for (ReportData.Scored result : results) {
      List<Double> amounts = new ArrayList<>();
      List<Double> scores = new ArrayList<>();
      List<Double> deviations = new ArrayList<>();
      for (JsonElement element : result.json().getAsJsonArray("points")) {
        JsonObject point = element.getAsJsonObject();
        if (point.get("kind").getAsString().equals(kind)) {
          amounts.add(point.get("amount").getAsDouble());
          scores.add(point.get("video_f1").getAsDouble());
          deviations.add(number(point, "deviation", 0));
        }
      }
      if (!amounts.isEmpty()) {
        series.add(new ReportData.Series(result.name(), amounts, scores, deviations));
      }
    }
    if (!series.isEmpty()) {
      curves.add(new ReportData.Curve(title, "video F1, percent", false, series, axis));
    }
  }

  private static void table(Html html, ReportData.Scored result) {
    html.element("h3", "By number of labels: " + result.name());
    Tables.scroll(html, "Scores by number of labels");
    html.open("table").open("thead").open("tr");
    for (String name :
        List.of(
            "labels",
            "frames",
            "draws",
            "video F1",
            "deviation",
            "least to most",
            "frame accuracy")) {
      html.element("th", name, "scope", "col");
    }
    html.close().close().open("tbody");
    for (JsonElement element : result.json().getAsJsonArray("points")) {
      row(html, element.getAsJsonObject());
    }
    html.close().close().close();
  }

  private static void row(Html html, JsonObject point) {
    boolean videos = point.get("kind").getAsString().equals("videos");
    double amount = point.get("amount").getAsDouble();
    String text = String.format(Locale.ROOT, "%s", amount).replaceAll("\\.0$", "");
    html.open("tr")
        .element(
            "th", text + (videos ? text.equals("1") ? " video" : " videos" : " %"), "scope", "row");
    double least = Double.POSITIVE_INFINITY;
    double most = Double.NEGATIVE_INFINITY;
    double frames = 0;
    List<JsonElement> draws = point.getAsJsonArray("draws").asList();
    for (JsonElement draw : draws) {
      double f1 = draw.getAsJsonObject().get("videoF1").getAsDouble();
      least = Math.min(least, f1);
      most = Math.max(most, f1);
      frames += draw.getAsJsonObject().get("frames").getAsDouble() / draws.size();
    }
    html.element("td", String.format(Locale.ROOT, "%,.0f", frames));
    html.element("td", String.valueOf(draws.size()));
    html.element("td", Tables.two(point.get("video_f1").getAsDouble()));
    double deviation = number(point, "deviation", Double.NaN);
    html.element("td", Double.isNaN(deviation) ? "–" : Tables.two(deviation));
    html.element("td", draws.size() < 2 ? "–" : Tables.two(least) + " to " + Tables.two(most));
    html.element("td", Tables.two(point.get("frame_acc").getAsDouble())).close();
  }

  private static double number(JsonObject json, String key, double otherwise) {
    return json.has(key) && json.get(key).isJsonPrimitive()
        ? json.get(key).getAsDouble()
        : otherwise;
  }
}
