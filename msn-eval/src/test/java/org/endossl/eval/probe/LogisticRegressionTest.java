package org.endossl.eval.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Values of {@code interop/probe_golden.py}. */
class LogisticRegressionTest {
  @Test
  void fit_findsScikitLearnsWeights() throws IOException {
    JsonObject golden = golden();
    for (JsonElement element : golden.getAsJsonArray("fits")) {
      JsonObject want = element.getAsJsonObject();
      LogisticRegression got =
          LogisticRegression.fit(
              problem(golden, want.get("lambda").getAsDouble()), new float[0], 500, 1e-5);
      assertTrue(got.converged(), "lambda " + want.get("lambda"));
      assertEquals(want.get("objective").getAsDouble(), got.objective(), 1e-6);
      for (int c = 0; c < got.classes(); c++) {
        JsonArray row = want.getAsJsonArray("weights").get(c).getAsJsonArray();
        for (int k = 0; k < got.inputs(); k++) {
          assertEquals(row.get(k).getAsDouble(), got.weights()[c * got.inputs() + k], 2e-3);
        }
      }
    }
  }

  @Test
  void fit_fromItsOwnAnswer_isDoneAtOnce_andThePenaltyMustBePositive() throws IOException {
    LogisticRegression.Problem problem = problem(golden(), 0.3);
    LogisticRegression once = LogisticRegression.fit(problem, new float[0], 500, 1e-5);
    LogisticRegression again = LogisticRegression.fit(problem, once.weights(), 500, 1e-4);
    assertEquals(0, again.iterations());
    assertThrows(IllegalArgumentException.class, () -> problem(golden(), 0));
  }

  private static LogisticRegression.Problem problem(JsonObject golden, double lambda) {
    JsonArray rows = golden.getAsJsonArray("x");
    int inputs = rows.get(0).getAsJsonArray().size();
    float[] x = new float[rows.size() * inputs];
    int[] y = new int[rows.size()];
    for (int i = 0; i < y.length; i++) {
      for (int k = 0; k < inputs; k++) {
        x[i * inputs + k] = rows.get(i).getAsJsonArray().get(k).getAsFloat();
      }
      y[i] = golden.getAsJsonArray("y").get(i).getAsInt();
    }
    return new LogisticRegression.Problem(x, y, inputs, golden.get("classes").getAsInt(), lambda);
  }

  private static JsonObject golden() throws IOException {
    try (InputStream in = LogisticRegressionTest.class.getResourceAsStream("logistic.json")) {
      assertNotNull(in);
      return JsonParser.parseReader(new InputStreamReader(in, StandardCharsets.UTF_8))
          .getAsJsonObject();
    }
  }
}
