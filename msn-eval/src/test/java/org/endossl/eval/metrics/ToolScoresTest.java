package org.endossl.eval.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ToolScoresTest {
  @Test
  void precision_isCutAtOneHalf_ofLogitsAsKerasDoes_andOfProbabilities() {
    boolean[][] labels = {{true, false}, {false, true}};
    float[][] logits = {{0.4f, 0.8f}, {-0.4f, 2}};
    ToolScores got = ToolScores.of(labels, logits);
    assertEquals(1.0 / 2, got.precision(), 1e-12);
    assertEquals(2.0 / 3, got.precisionAtHalf(), 1e-12);
    assertEquals(100, got.average().map());
    assertEquals(1, got.prAuc(), 1e-3);
    float[][] none = {{-1, -1}, {-1, -1}};
    assertEquals(0, ToolScores.of(labels, none).precision());
    assertEquals(0, ToolScores.of(labels, none).precisionAtHalf());
  }
}
