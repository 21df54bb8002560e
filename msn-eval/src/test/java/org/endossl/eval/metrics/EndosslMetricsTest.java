package org.endossl.eval.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class EndosslMetricsTest {
  @Test
  void around_roundsHalvesOfTheBinaryValueToEven() {
    assertEquals(0.12, NumPy.around2(0.125));
    assertEquals(0.38, NumPy.around2(0.375));
    // NumPy multiplies first, which rounds 267.49999999999997 up.
    assertEquals(2.68, NumPy.around2(2.675));
  }

  @Test
  void mean_ofManyNumbers_addsInEightsAsNumPy() {
    double[] values = new double[300];
    double plain = 0;
    for (int i = 0; i < values.length; i++) {
      values[i] = 1.0 / (i + 1);
      plain += values[i];
    }
    assertEquals(plain / 300, NumPy.mean(values), 1e-15);
  }

  @Test
  void of_aVideoWithoutFrames_isRefusedByName() {
    TreeMap<String, Confusion> videos = new TreeMap<>();
    videos.put("video49", new Confusion(7));
    Exception e = assertThrows(IllegalArgumentException.class, () -> EndosslMetrics.of(videos));
    assertTrue(String.valueOf(e.getMessage()).contains("video49"));
  }

  @Test
  void videoPhases_averageOverTheVideosThatHaveThePhase() {
    TreeMap<String, Confusion> videos = new TreeMap<>();
    Confusion first = new Confusion(2);
    first.add(0, 0);
    first.add(0, 1);
    Confusion second = new Confusion(2);
    second.add(0, 0);
    videos.put("a", first);
    videos.put("b", second);
    List<PhaseScores.Phase> got = PhaseScores.ofVideos(List.of("x", "y"), videos);
    assertEquals(0.75, got.get(0).recall());
    assertEquals(2, got.get(0).support());
    assertTrue(Double.isNaN(got.get(1).f1()));
  }
}
