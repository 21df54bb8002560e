package org.endossl.eval.parity;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.endossl.eval.metrics.Confusion;
import org.endossl.eval.metrics.EndosslMetrics;
import org.endossl.eval.metrics.ToolMetrics;

/** Phase and tool scores as endossl's {@code train/eval_lib.py} prints them, in percent. */
final class MetricsCheck implements GoldenCheck {
  /** Both sides are rounded to two decimals: they are equal or they are not. */
  private static final double BAR = 0;

  @Override
  public void run(Path golden, Findings findings) throws IOException {
    JsonObject json = GoldenJson.object(golden);
    for (JsonElement element : GoldenJson.list(json, "phase_cases")) {
      JsonObject one = element.getAsJsonObject();
      SortedMap<String, Confusion> videos = videos(one);
      String name = "phases: " + one.get("name").getAsString();
      double difference =
          Math.max(
              difference(one.getAsJsonObject("video_metrics"), EndosslMetrics.of(videos).values()),
              difference(
                  one.getAsJsonObject("frame_metrics"), EndosslMetrics.Frame.of(videos).values()));
      findings.compare(name, difference, BAR, "percent, two decimals");
    }
    int number = 0;
    for (JsonElement element : GoldenJson.list(json, "tool_cases")) {
      tools(element.getAsJsonObject(), "tools: case " + number++, findings);
    }
  }

  private static SortedMap<String, Confusion> videos(JsonObject one) {
    JsonArray video = one.getAsJsonArray("video");
    double[] labels = GoldenJson.vector(one.getAsJsonArray("label"));
    double[] predictions = GoldenJson.vector(one.getAsJsonArray("prediction"));
    int classes = 1;
    for (int i = 0; i < labels.length; i++) {
      classes = Math.max(classes, 1 + (int) Math.max(labels[i], predictions[i]));
    }
    SortedMap<String, Confusion> videos = new TreeMap<>();
    for (int i = 0; i < labels.length; i++) {
      String name = video.get(i).getAsString();
      if (!videos.containsKey(name)) {
        videos.put(name, new Confusion(classes));
      }
      videos.get(name).add((int) labels[i], (int) predictions[i]);
    }
    return videos;
  }

  private static void tools(JsonObject one, String name, Findings findings) {
    ToolMetrics got =
        ToolMetrics.of(
            GoldenJson.flags(one.getAsJsonArray("labels")),
            GoldenJson.matrix(one.getAsJsonArray("scores")));
    double difference = Math.abs(got.map() - one.get("map").getAsDouble());
    double[] wanted = GoldenJson.vector(one.getAsJsonArray("per_class"));
    for (int k = 0; k < wanted.length; k++) {
      difference = Math.max(difference, Math.abs(got.perClass().get(k) - wanted[k]));
    }
    findings.compare(name, difference, BAR, "percent, two decimals");
  }

  /** The largest difference; NaN if a score is missing. */
  private static double difference(JsonObject wanted, Map<String, Double> got) {
    double largest = 0;
    for (Map.Entry<String, JsonElement> entry : wanted.entrySet()) {
      double value = got.getOrDefault(entry.getKey(), Double.NaN);
      largest = Math.max(largest, Math.abs(value - entry.getValue().getAsDouble()));
    }
    return largest;
  }
}
