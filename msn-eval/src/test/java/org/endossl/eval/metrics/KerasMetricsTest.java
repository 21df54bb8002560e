package org.endossl.eval.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class KerasMetricsTest {
  @Test
  void perfectLogits_score1() {
    int[] labels = {0, 2, 1};
    float[][] logits = {{3, 1, 1}, {0, 1, 2}, {-1, 4, 0}};
    assertEquals(1, KerasMetrics.microF1(labels, logits));
    assertEquals(1, KerasMetrics.macroF1(labels, logits));
    assertEquals(1, KerasMetrics.sparseCategoricalAccuracy(labels, logits));
    boolean[][] sets = {{true, false}, {false, true}, {true, true}, {false, false}};
    float[][] sure = {{9, -9}, {-9, 9}, {9, 9}, {-9, -9}};
    assertEquals(1, KerasMetrics.precision(sets, sure));
    assertEquals(1, KerasMetrics.prAuc(sets, sure), 1e-9);
  }

  @Test
  void ties_andZeros_areAddons() {
    // Two classes share the largest logit: both are predicted; a largest logit of 0 predicts none.
    int[] labels = {0, 1};
    float[][] logits = {{2, 2, 1}, {0, 0, -1}};
    double precision = 1.0 / 2;
    double recall = 1.0 / 2;
    assertEquals(
        2 * precision * recall / (precision + recall), KerasMetrics.microF1(labels, logits), 1e-12);
    assertEquals(1.0 / 2, KerasMetrics.sparseCategoricalAccuracy(labels, logits));
  }

  @Test
  void precision_thresholdsLogits_notProbabilities() {
    boolean[][] labels = {{true}, {false}, {false}};
    // 0.3 is a probability over a half and no decision.
    assertEquals(0.5, KerasMetrics.precision(labels, new float[][] {{0.6f}, {0.3f}, {1}}));
    assertEquals(0, KerasMetrics.precision(labels, new float[][] {{0.5f}, {0}, {0}}));
  }

  @Test
  void prAuc_ofEqualScores_isTheShareOfPositives_andOfNone_is0() {
    boolean[][] labels = {{true, false}, {false, false}, {false, false}, {true, false}};
    float[][] logits = {{1, 1}, {1, 1}, {1, 1}, {1, 1}};
    assertEquals((0.5 + 0) / 2, KerasMetrics.prAuc(labels, logits), 1e-9);
  }

  @Test
  void otherSizes_areRefused() {
    assertThrows(
        IllegalArgumentException.class,
        () -> KerasMetrics.microF1(new int[] {0}, new float[][] {{1}, {2}}));
    assertThrows(
        IllegalArgumentException.class,
        () -> KerasMetrics.macroF1(new int[] {3}, new float[][] {{1, 2}}));
    assertThrows(
        IllegalArgumentException.class,
        () -> KerasMetrics.precision(new boolean[][] {{true}}, new float[][] {{1, 2}}));
  }
}
