package org.endossl.eval.probe;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.endossl.eval.features.Matrix;
import org.junit.jupiter.api.Test;

/** Values of {@code interop/msn_probe_golden.py}: facebookresearch/msn's own code and cyanure. */
class MsnProbeGoldenTest {
  private static final Gson GSON = new Gson();

  @Test
  void theLinearLayer_learnsAsTheOriginals() throws IOException {
    JsonObject golden = golden();
    int epochs = golden.get("epochs").getAsInt();
    int batch = golden.get("batch").getAsInt();
    Matrix x = matrix(golden.get("x"));
    int[] y = GSON.fromJson(golden.get("y"), int[].class);
    int classes = golden.get("classes").getAsInt();
    for (JsonElement element : golden.getAsJsonArray("linear")) {
      JsonObject want = element.getAsJsonObject();
      LayerConfig shape =
          new LayerConfig(
              true,
              LayerConfig.Initial.NORMAL,
              LayerConfig.Schedule.COSINE,
              LayerConfig.Norm.TRAINED);
      LinearLayer layer = LinearLayer.first(shape, x.columns(), classes, new SplittableRandom(0));
      float[] start = matrix(want.get("initial")).values();
      System.arraycopy(start, 0, layer.parameters(), 0, start.length);
      OptimizerConfig rates =
          new OptimizerConfig(
              OptimizerConfig.Name.NESTEROV,
              golden.get("rate").getAsDouble(),
              0.9,
              want.get("weight_decay").getAsDouble());
      LinearTrainer trainer =
          new LinearTrainer(
              layer,
              Loss.MULTI_CLASS,
              new Optimizer(rates, layer.parameters().length, layer.weights()));
      double[] losses = new double[epochs];
      for (int e = 0; e < epochs; e++) {
        trainer.schedule(shape.schedule(), e, epochs);
        losses[e] =
            trainer.epoch(Rows.of(x), y, LinearFit.identity(y.length), batch, new double[0]).loss();
      }
      assertArrayEquals(GSON.fromJson(want.get("losses"), double[].class), losses, 2e-5);
      float[] weights = Arrays.copyOf(layer.parameters(), layer.weights());
      assertArrayEquals(matrix(want.get("weight")).values(), weights, 1e-4f);
      assertArrayEquals(GSON.fromJson(want.get("scale"), float[].class), layer.scale(), 1e-4f);
      assertArrayEquals(GSON.fromJson(want.get("shift"), float[].class), layer.shift(), 1e-4f);
      float[] bias = GSON.fromJson(want.get("bias"), float[].class);
      for (int c = 0; c < classes; c++) {
        assertEquals(bias[c], layer.bias(c), 1e-4f);
      }
    }
  }

  @Test
  void theRegression_isCyanures() throws IOException {
    JsonObject golden = golden();
    int[] y = GSON.fromJson(golden.get("y"), int[].class);
    for (JsonElement element : golden.getAsJsonArray("logistic")) {
      JsonObject want = element.getAsJsonObject();
      Matrix x = matrix(golden.get("x"));
      Scaling.centerRows(x);
      Scaling.normalizeRows(x);
      assertArrayEquals(matrix(want.get("rows")).values(), x.values(), 1e-6f);
      LogisticRegression.Problem problem =
          new LogisticRegression.Problem(
              x.values(),
              y,
              x.columns(),
              golden.get("classes").getAsInt(),
              want.get("lambda").getAsDouble() / y.length);
      LogisticRegression got = LogisticRegression.fit(problem, new float[0], 3000, 1e-6);
      double objective = want.get("objective").getAsDouble();
      assertEquals(objective, got.objective(), 1e-5 * objective);
      float[] weights = matrix(want.get("weights")).values();
      float most = 0;
      for (float w : weights) {
        most = Math.max(most, Math.abs(w));
      }
      assertArrayEquals(weights, got.weights(), 5e-3f * most);
    }
  }

  private static Matrix matrix(JsonElement json) {
    float[][] rows = GSON.fromJson(json, float[][].class);
    Matrix matrix = Matrix.zeros(rows.length, rows[0].length);
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(rows[i], 0, matrix.values(), matrix.start(i), rows[i].length);
    }
    return matrix;
  }

  private static JsonObject golden() throws IOException {
    try (InputStream in = MsnProbeGoldenTest.class.getResourceAsStream("msn_probe.json")) {
      assertNotNull(in);
      JsonElement json = JsonParser.parseReader(new InputStreamReader(in, StandardCharsets.UTF_8));
      assertTrue(json.isJsonObject());
      return json.getAsJsonObject();
    }
  }
}
