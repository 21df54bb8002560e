package org.endossl.eval.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class IntervalsTest {
  @Test
  void interval_ofEqualVideos_isAPoint_andOfOneVideoThereIsNone() {
    Score same = Score.mean("c", "s", new double[] {70, 70, 70});
    Bootstrap.Interval got = Bootstrap.DEFAULT.of(3, same.of());
    assertEquals(70, got.low());
    assertEquals(70, got.high());
    Bootstrap.Interval one = Bootstrap.DEFAULT.of(1, Score.mean("c", "s", new double[] {1}).of());
    assertTrue(Double.isNaN(one.low()));
    assertEquals(0, one.replicates());
  }

  @Test
  void interval_ofManyVideos_isTheStandardErrorsAndRepeats() {
    SplittableRandom random = new SplittableRandom(1);
    double[] values = random.doubles(400, 0, 1).toArray();
    Score score = Score.mean("c", "s", values);
    Bootstrap.Interval got = Bootstrap.DEFAULT.of(values.length, score.of());
    double half = 1.96 * Math.sqrt(1.0 / 12 / values.length);
    assertEquals(2 * half, got.high() - got.low(), 0.15 * half);
    assertEquals(got, Bootstrap.DEFAULT.of(values.length, score.of()));
  }

  @Test
  void wilcoxon_byTheNormalDistribution_joinsTheExactValue() {
    double[] differences =
        new SplittableRandom(2)
            .doubles(Wilcoxon.EXACT, -0.8, 1)
            .map(d -> Math.rint(9 * d))
            .toArray();
    Wilcoxon exact = Wilcoxon.of(differences);
    Wilcoxon normal = Wilcoxon.of(differences, 0);
    assertTrue(exact.exact() && !normal.exact());
    assertEquals(exact.p(), normal.p(), 0.2 * exact.p());
  }

  @Test
  void wilcoxon_ofNoDifference_saysNothing() {
    assertEquals(1, Wilcoxon.of(new double[] {0, 0, 0}).p());
  }
}
