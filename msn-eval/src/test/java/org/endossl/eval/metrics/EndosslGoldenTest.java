package org.endossl.eval.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.endossl.tfrecords.PhaseOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Values that endossl's own eval_lib.py gave on scikit-learn. */
class EndosslGoldenTest {
  @TempDir Path temp;

  @Test
  void phaseScores_ofEveryCase_equalEndosslToTwoDecimals() throws IOException {
    for (JsonElement element : golden().getAsJsonArray("phase_cases")) {
      JsonObject c = element.getAsJsonObject();
      Predictions.Builder rows = new Predictions.Builder();
      for (int i : shuffled(c.getAsJsonArray("video").size())) {
        // endossl's loader forgets frame numbers; the place in the list stands for it.
        rows.add(
            c.getAsJsonArray("video").get(i).getAsString(),
            i,
            c.getAsJsonArray("label").get(i).getAsInt(),
            c.getAsJsonArray("prediction").get(i).getAsInt());
      }
      Path file = temp.resolve("predictions.csv");
      rows.build(PhaseOrder.ENDOSSL).write(file);
      MetricsResult result = Metrics.run(MetricsRequest.of(file)).result();
      String name = c.get("name").getAsString();
      assertValues(name, c.getAsJsonObject("video_metrics"), result.endossl().values());
      assertValues(name, c.getAsJsonObject("frame_metrics"), result.endosslFrame().values());
    }
  }

  @Test
  void toolScores_ofEveryCase_equalEndosslToTwoDecimals() throws IOException {
    for (JsonElement element : golden().getAsJsonArray("tool_cases")) {
      JsonObject c = element.getAsJsonObject();
      JsonArray labels = c.getAsJsonArray("labels");
      JsonArray scores = c.getAsJsonArray("scores");
      boolean[][] present = new boolean[labels.size()][];
      double[][] values = new double[labels.size()][];
      for (int i = 0; i < present.length; i++) {
        JsonArray label = labels.get(i).getAsJsonArray();
        JsonArray score = scores.get(i).getAsJsonArray();
        present[i] = new boolean[label.size()];
        values[i] = new double[label.size()];
        for (int k = 0; k < label.size(); k++) {
          present[i][k] = label.get(k).getAsInt() == 1;
          values[i][k] = score.get(k).getAsDouble();
        }
      }
      ToolMetrics got = ToolMetrics.of(present, values);
      assertEquals(c.get("map").getAsDouble(), got.map());
      List<Double> perClass = new ArrayList<>();
      c.getAsJsonArray("per_class").forEach(v -> perClass.add(v.getAsDouble()));
      assertEquals(perClass, got.perClass());
    }
  }

  private static void assertValues(String name, JsonObject want, Map<String, Double> got) {
    assertEquals(want.keySet(), got.keySet(), name);
    got.forEach((k, v) -> assertEquals(want.get(k).getAsDouble(), v, name + " " + k));
  }

  private static List<Integer> shuffled(int n) {
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      order.add(i);
    }
    Collections.shuffle(order, new Random(7));
    return order;
  }

  private static JsonObject golden() throws IOException {
    try (InputStream in = EndosslGoldenTest.class.getResourceAsStream("endossl_metrics.json")) {
      assertNotNull(in);
      return JsonParser.parseReader(new InputStreamReader(in, StandardCharsets.UTF_8))
          .getAsJsonObject();
    }
  }
}
