package org.endossl.eval.inspect;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.endossl.eval.features.Matrix;
import org.junit.jupiter.api.Test;

/** Against scikit-learn's exact method; see {@code interop/tsne_golden.py}. */
class TsneTest {

  @Test
  void affinities_areThoseOfScikitLearn() throws IOException {
    JsonObject golden = golden();
    Matrix rows = rows(golden);
    double[] p = Tsne.affinities(Tsne.distances(rows), rows.rows(), 30);
    double[] expected = numbers(golden.getAsJsonArray("affinities_of_row_0"));
    for (int j = 1; j < expected.length; j++) {
      assertEquals(expected[j], p[j], 1e-4 * expected[j] + 1e-10, "pair 0, " + j);
    }
    assertEquals(1, Arrays.stream(p).sum(), 1e-6);
  }

  @Test
  void map_isAsTrustworthyAsScikitLearns_andAsNearToTheRows() throws IOException {
    JsonObject golden = golden();
    Matrix rows = rows(golden);
    double[] theirs = flat(golden.getAsJsonArray("map"));
    double[] ours = Tsne.map(rows);
    for (int k : new int[] {5, 12}) {
      double known = golden.getAsJsonObject("trustworthiness").get(String.valueOf(k)).getAsDouble();
      assertEquals(known, trustworthiness(rows, theirs, k), 2e-3, "the measure itself");
      double got = trustworthiness(rows, ours, k);
      assertTrue(got > known - 0.005, k + " neighbours: " + got + ", scikit-learn " + known);
    }
    double[] p = Tsne.affinities(Tsne.distances(rows), rows.rows(), 30);
    double known = golden.get("divergence").getAsDouble();
    assertEquals(known, Tsne.divergence(p, theirs), 1e-3, "the measure itself");
    assertTrue(Tsne.divergence(p, ours) < 1.02 * known, "got " + Tsne.divergence(p, ours));
  }

  @Test
  void sameRows_giveTheSameMap() {
    Matrix rows = random(40, 6);
    assertArrayEquals(Tsne.map(rows), Tsne.map(rows));
  }

  @Test
  void equalRows_andFewRows_giveAFiniteMap() {
    for (Matrix rows : new Matrix[] {Matrix.zeros(9, 3), random(4, 2)}) {
      double[] y = Tsne.map(rows);
      assertEquals(2 * rows.rows(), y.length);
      assertTrue(Arrays.stream(y).allMatch(Double::isFinite), Arrays.toString(y));
    }
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> Tsne.map(random(3, 2)));
    assertEquals("t-SNE: got 3 rows, wanted at least 4", e.getMessage());
  }

  @Test
  void principalAxes_ofAnEllipse_areItsOwn() {
    SplittableRandom random = new SplittableRandom(3);
    float[] values = new float[600];
    for (int i = 0; i < 300; i++) {
      double along = 5 * random.nextDouble(-1, 1);
      double across = random.nextDouble(-1, 1);
      values[2 * i] = (float) (0.6 * along - 0.8 * across + 7);
      values[2 * i + 1] = (float) (0.8 * along + 0.6 * across - 2);
    }
    Matrix rows = new Matrix(300, 2, values);
    double[] projected = PrincipalAxes.project(rows, 2);
    double[] spread = new double[2];
    double both = 0;
    for (int i = 0; i < 300; i++) {
      spread[0] += projected[2 * i] * projected[2 * i];
      spread[1] += projected[2 * i + 1] * projected[2 * i + 1];
      both += projected[2 * i] * projected[2 * i + 1];
    }
    assertTrue(spread[0] > 20 * spread[1], spread[0] + " and " + spread[1]);
    assertEquals(0, both / spread[0], 1e-6);
  }

  private static Matrix random(int rows, int columns) {
    SplittableRandom random = new SplittableRandom(rows);
    Matrix matrix = Matrix.zeros(rows, columns);
    for (int i = 0; i < matrix.values().length; i++) {
      matrix.values()[i] = (float) random.nextDouble();
    }
    return matrix;
  }

  /** scikit-learn's: 1 minus the penalties of neighbours on the map that are none in the rows. */
  private static double trustworthiness(Matrix rows, double[] y, int k) {
    int n = rows.rows();
    double[] distances = Tsne.distances(rows);
    long penalty = 0;
    for (int i = 0; i < n; i++) {
      int[] inRows = nearest(i, n, distances);
      int[] onMap = nearest(i, n, planar(y, n));
      int[] rank = new int[n];
      for (int r = 0; r < inRows.length; r++) {
        rank[inRows[r]] = r + 1;
      }
      for (int r = 0; r < k; r++) {
        penalty += Math.max(0, rank[onMap[r]] - k);
      }
    }
    return 1 - 2.0 * penalty / (n * (double) k * (2.0 * n - 3 * k - 1));
  }

  private static double[] planar(double[] y, int n) {
    double[] distances = new double[n * n];
    for (int i = 0; i < n * n; i++) {
      int a = i / n;
      int b = i % n;
      distances[i] = Math.pow(y[2 * a] - y[2 * b], 2) + Math.pow(y[2 * a + 1] - y[2 * b + 1], 2);
    }
    return distances;
  }

  private static int[] nearest(int i, int n, double[] distances) {
    return IntStream.range(0, n)
        .filter(j -> j != i)
        .boxed()
        .sorted(Comparator.comparingDouble(j -> distances[i * n + j]))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  private static JsonObject golden() throws IOException {
    try (Reader reader =
        new InputStreamReader(
            Objects.requireNonNull(TsneTest.class.getResourceAsStream("tsne.json")),
            StandardCharsets.UTF_8)) {
      return JsonParser.parseReader(reader).getAsJsonObject();
    }
  }

  private static Matrix rows(JsonObject golden) {
    double[] values = flat(golden.getAsJsonArray("rows"));
    int n = golden.getAsJsonArray("rows").size();
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return new Matrix(n, floats.length / n, floats);
  }

  private static double[] flat(JsonArray rows) {
    return rows.asList().stream()
        .flatMap(row -> row.getAsJsonArray().asList().stream())
        .mapToDouble(JsonElement::getAsDouble)
        .toArray();
  }

  private static double[] numbers(JsonArray values) {
    return values.asList().stream().mapToDouble(JsonElement::getAsDouble).toArray();
  }
}
