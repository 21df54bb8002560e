package org.endossl.eval.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.endossl.tfrecords.PhaseOrder;
import org.junit.jupiter.api.Test;

/** Values of {@code interop/metrics_golden.py}. */
class ConventionsGoldenTest {
  private static final double CLOSE = 1e-9;

  @Test
  void tmrnet_inEveryVariantAndRate_equalsTheScript() throws IOException {
    int compared = 0;
    for (JsonElement element : golden().getAsJsonArray("cases")) {
      JsonObject one = element.getAsJsonObject();
      for (PhaseOrder order : PhaseOrder.OF_RECORDS) {
        for (String fps : one.getAsJsonObject("tmrnet").keySet()) {
          MetricsOptions options = MetricsOptions.DEFAULT.withFps(Double.parseDouble(fps));
          JsonObject got =
              MetricsResult.of(predictions(one, order), options).toJson().getAsJsonObject("tmrnet");
          JsonObject want = one.getAsJsonObject("tmrnet").getAsJsonObject(fps);
          for (String variant : want.keySet()) {
            String where = one.get("name") + " fps " + fps + " " + variant + " " + order.key();
            assertClose(where, want.getAsJsonObject(variant), got.getAsJsonObject(variant));
            compared++;
          }
        }
      }
    }
    assertEquals(6 * 3 * 2 * 3, compared);
  }

  @Test
  void segmental_equalsTheScript() throws IOException {
    for (JsonElement element : golden().getAsJsonArray("cases")) {
      JsonObject one = element.getAsJsonObject();
      JsonObject got =
          MetricsResult.of(predictions(one, PhaseOrder.TMRNET))
              .toJson()
              .getAsJsonObject("segmental");
      assertClose(one.get("name").toString(), one.getAsJsonObject("segmental"), got);
    }
  }

  @Test
  void legacy_forgivesWhatCorrectedDoesNot() throws IOException {
    JsonObject early = golden().getAsJsonArray("cases").get(1).getAsJsonObject();
    MetricsResult result =
        MetricsResult.of(predictions(early, PhaseOrder.TMRNET), MetricsOptions.DEFAULT.withFps(1));
    double legacy = accuracy(result, Relaxed.Variant.LEGACY);
    double corrected = accuracy(result, Relaxed.Variant.CORRECTED);
    double strict = accuracy(result, Relaxed.Variant.STRICT);
    assertTrue(corrected > strict + 5, corrected + " and " + strict);
    assertTrue(Math.abs(corrected - legacy) > 5, corrected + " and " + legacy);
  }

  private static double accuracy(MetricsResult result, Relaxed.Variant variant) {
    return Relaxed.Summary.of(result.relaxed(variant)).accuracy();
  }

  @Test
  void calibration_equalsItsDefinition() throws IOException {
    JsonObject want = golden().getAsJsonObject("calibration");
    Calibration.Counter counter = new Calibration.Counter(want.get("bins").getAsInt());
    for (JsonElement row : want.getAsJsonArray("rows")) {
      counter.add(
          row.getAsJsonArray().get(0).getAsDouble(), row.getAsJsonArray().get(1).getAsInt() == 1);
    }
    assertEquals(want.get("error").getAsDouble(), counter.result().error(), CLOSE);
    assertEquals(want.get("largest").getAsDouble(), counter.result().largest(), CLOSE);
  }

  @Test
  void wilcoxon_countsAllSigns_andHolmCorrects() throws IOException {
    JsonObject want = golden().getAsJsonObject("wilcoxon");
    JsonArray tests = want.getAsJsonArray("tests");
    double[] p = new double[tests.size()];
    for (int i = 0; i < p.length; i++) {
      JsonObject test = tests.get(i).getAsJsonObject();
      Wilcoxon got = Wilcoxon.of(numbers(test.getAsJsonArray("differences")));
      assertEquals(test.get("statistic").getAsDouble(), got.statistic(), CLOSE);
      assertEquals(test.get("p").getAsDouble(), got.p(), CLOSE);
      p[i] = got.p();
    }
    double[] corrected = Wilcoxon.holm(p);
    double[] holm = numbers(want.getAsJsonArray("holm"));
    for (int i = 0; i < p.length; i++) {
      assertEquals(holm[i], corrected[i], CLOSE);
    }
  }

  private static void assertClose(String where, JsonObject want, JsonObject got) {
    for (String key : want.keySet()) {
      JsonElement a = want.get(key);
      JsonElement b = got.get(key);
      assertNotNull(b, where + " " + key);
      if (a.isJsonArray()) {
        for (int i = 0; i < a.getAsJsonArray().size(); i++) {
          assertClose(where + " " + key + i, a.getAsJsonArray().get(i), b.getAsJsonArray().get(i));
        }
      } else {
        assertClose(where + " " + key, a, b);
      }
    }
  }

  private static void assertClose(String where, JsonElement want, JsonElement got) {
    assertEquals(want.isJsonNull(), got.isJsonNull(), where + ": " + want + " and " + got);
    if (!want.isJsonNull()) {
      assertEquals(want.getAsDouble(), got.getAsDouble(), CLOSE, where);
    }
  }

  private static Predictions predictions(JsonObject one, PhaseOrder order) {
    Predictions.Builder rows = new Predictions.Builder();
    int number = 1;
    for (JsonElement element : one.getAsJsonArray("videos")) {
      JsonArray labels = element.getAsJsonObject().getAsJsonArray("label");
      JsonArray predictions = element.getAsJsonObject().getAsJsonArray("prediction");
      String video = String.format(Locale.ROOT, "video%02d", number++);
      for (int i = 0; i < labels.size(); i++) {
        rows.add(
            video,
            i,
            PhaseOrder.TMRNET.convert(labels.get(i).getAsInt(), order),
            PhaseOrder.TMRNET.convert(predictions.get(i).getAsInt(), order));
      }
    }
    return rows.build(order);
  }

  private static double[] numbers(JsonArray array) {
    double[] values = new double[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).getAsDouble();
    }
    return values;
  }

  private static JsonObject golden() throws IOException {
    try (InputStream in = ConventionsGoldenTest.class.getResourceAsStream("conventions.json")) {
      assertNotNull(in);
      return JsonParser.parseReader(new InputStreamReader(in, StandardCharsets.UTF_8))
          .getAsJsonObject();
    }
  }
}
