package org.endossl.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CollapseGuardTest {
  private static final float HEALTHY = (float) (0.9 * Math.log(64));

  private final CollapseGuard guard = new CollapseGuard(10, 64, 32);

  @Test
  void healthyRun_isNotWarned() {
    assertEquals(List.of(), steps(0, 50, HEALTHY, 0.3f, 20));
  }

  @Test
  void mean_mustFallNotOneStep() {
    assertEquals(List.of(), steps(0, 20, HEALTHY, 0.3f, 20));
    assertEquals(List.of(), steps(20, 1, 0, 0.3f, 1));
  }

  @Test
  void onePrediction_isWarnedOnceUntilItRecovers() {
    steps(0, 20, HEALTHY, 0.3f, 20);
    List<String> warnings = steps(20, 30, 0.1f, 0.9f, 20);
    assertEquals(1, warnings.size(), warnings::toString);
    assertTrue(warnings.get(0).contains("raise criterion.me_max_weight"), warnings.get(0));
    assertEquals(List.of(), steps(50, 20, HEALTHY, 0.3f, 20));
    assertEquals(1, steps(70, 20, 0.1f, 0.9f, 20).size());
  }

  @Test
  void fewPrototypesAndUniformTargets_haveTheirOwnWarnings() {
    List<String> few = steps(0, 20, HEALTHY, 0.3f, 1);
    assertTrue(few.size() == 1 && few.get(0).contains("targets use 1.0 of 32"), few::toString);
    List<String> uniform = steps(20, 20, HEALTHY, 1 / 64f, 20);
    assertTrue(
        uniform.size() == 1 && uniform.get(0).contains("0.01563 would be uniform"),
        uniform::toString);
  }

  @Test
  void windowOfZero_guardsNothing() {
    CollapseGuard off = new CollapseGuard(0, 64, 32);
    for (int i = 0; i < 100; i++) {
      assertEquals(List.of(), off.after(i, measured(0, 0, 1)));
    }
  }

  private List<String> steps(int first, int count, float entropy, float target, float used) {
    List<String> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.addAll(guard.after(first + i, measured(entropy, target, used)));
    }
    return all;
  }

  private static MsnGraph.Measured measured(float entropy, float target, float used) {
    return new MsnGraph.Measured(1, 1, (float) Math.log(64) - entropy, 1, entropy, target, used, 1);
  }
}
