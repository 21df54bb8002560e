package org.endossl.eval.report;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Classes of images in folders: accuracy with its interval, each class, and the confusion. */
final class ImageSection {
  /** Larger confusions are a list of what is mistaken most. */
  private static final int LARGEST = 20;

  private static final int MISTAKES = 20;

  private ImageSection() {}

  static void add(Html html, ReportData.Scored result) {
    JsonObject json = result.json();
    List<String> classes = JsonFiles.strings(json, "classes");
    long[][] counts = counts(json.getAsJsonArray("confusion"));
    StringBuilder lead = new StringBuilder();
    lead.append(
        String.format(
            Locale.ROOT,
            "%,d test images of %d classes: accuracy %.2f %%",
            json.get("test_images").getAsLong(),
            classes.size(),
            json.get("accuracy").getAsDouble()));
    if (json.has("accuracy_interval")) {
      JsonArray interval = json.getAsJsonArray("accuracy_interval");
      lead.append(
          String.format(
              Locale.ROOT,
              " (Wilson's 95 %% interval over images %.2f to %.2f)",
              interval.get(0).getAsDouble(),
              interval.get(1).getAsDouble()));
    }
    lead.append(
        String.format(
            Locale.ROOT,
            ", mean of the classes' recall %.2f, macro F1 %.2f.",
            json.get("balanced_accuracy").getAsDouble(),
            json.get("macro_f1").getAsDouble()));
    String lambda = JsonFiles.string(json, "lambda");
    if (!lambda.isEmpty()) {
      lead.append(" Penalty chosen: ").append(lambda).append('.');
    }
    html.element("p", lead.toString());
    if (classes.size() <= LARGEST) {
      perClass(html, classes, counts);
      confusion(html, classes, counts);
    } else {
      mistakes(html, classes, counts);
    }
    if (json.has("epochs")) {
      Charts.add(html, curves(json.getAsJsonArray("epochs")));
    }
  }

  private static long[][] counts(JsonArray rows) {
    long[][] counts = new long[rows.size()][rows.size()];
    for (int i = 0; i < counts.length; i++) {
      for (int k = 0; k < counts.length; k++) {
        counts[i][k] = rows.get(i).getAsJsonArray().get(k).getAsLong();
      }
    }
    return counts;
  }

  private static void perClass(Html html, List<String> classes, long[][] counts) {
    html.element("h3", "Each class");
    Tables.scroll(html, "Scores of each class");
    html.open("table").open("thead").open("tr");
    for (String name : List.of("class", "images", "precision", "recall", "F1")) {
      html.element("th", name, "scope", "col");
    }
    html.close().close().open("tbody");
    for (int c = 0; c < counts.length; c++) {
      long labelled = 0;
      long predicted = 0;
      for (int k = 0; k < counts.length; k++) {
        labelled += counts[c][k];
        predicted += counts[k][c];
      }
      html.open("tr").element("th", classes.get(c), "scope", "row");
      html.element("td", String.valueOf(labelled));
      html.element("td", share(counts[c][c], predicted));
      html.element("td", share(counts[c][c], labelled));
      html.element("td", share(2 * counts[c][c], labelled + predicted)).close();
    }
    html.close().close().close();
  }

  private static String share(long part, long whole) {
    return whole == 0 ? "–" : Tables.two(100.0 * part / whole);
  }

  private static void confusion(Html html, List<String> classes, long[][] counts) {
    html.element("h3", "Confusion");
    Tables.confusion(html, "Confusion of the classes", classes, counts);
  }

  private static void mistakes(Html html, List<String> classes, long[][] counts) {
    List<int[]> pairs = new ArrayList<>();
    for (int i = 0; i < counts.length; i++) {
      for (int k = 0; k < counts.length; k++) {
        if (i != k && counts[i][k] > 0) {
          pairs.add(new int[] {i, k});
        }
      }
    }
    pairs.sort(Comparator.comparingLong(p -> -counts[p[0]][p[1]]));
    html.element("h3", "Mistaken most");
    Tables.scroll(html, "Classes that are mistaken most");
    html.open("table").open("thead").open("tr").element("th", "class", "scope", "col");
    html.element("th", "taken for", "scope", "col").element("th", "images", "scope", "col");
    html.close().close().open("tbody");
    for (int[] pair : pairs.subList(0, Math.min(MISTAKES, pairs.size()))) {
      html.open("tr").element("th", classes.get(pair[0]), "scope", "row");
      html.element("td", classes.get(pair[1]));
      html.element("td", String.valueOf(counts[pair[0]][pair[1]])).close();
    }
    html.close().close().close();
  }

  private static List<ReportData.Curve> curves(JsonArray epochs) {
    List<ReportData.Curve> curves = new ArrayList<>();
    add(curves, epochs, "Loss", "cross-entropy", 1, "loss", "val_loss");
    add(curves, epochs, "Accuracy", "percent", 100, "acc", "val_acc");
    return curves;
  }

  private static void add(
      List<ReportData.Curve> curves,
      JsonArray epochs,
      String title,
      String unit,
      double scale,
      String... keys) {
    List<ReportData.Series> series = new ArrayList<>();
    for (String key : keys) {
      List<Double> at = new ArrayList<>();
      List<Double> values = new ArrayList<>();
      for (JsonElement element : epochs) {
        JsonObject epoch = element.getAsJsonObject();
        if (epoch.has(key)) {
          at.add(1.0 + epoch.get("epoch").getAsDouble());
          values.add(scale * epoch.get(key).getAsDouble());
        }
      }
      if (!at.isEmpty()) {
        String name = key.startsWith("val_") ? "validation images" : "training images";
        series.add(new ReportData.Series(name, at, values));
      }
    }
    curves.add(new ReportData.Curve(title, unit, false, series, "epoch"));
  }
}
