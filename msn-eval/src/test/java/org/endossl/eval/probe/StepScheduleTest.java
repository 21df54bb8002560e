package org.endossl.eval.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class StepScheduleTest {
  /** Keras passes the optimizer's rate of the moment, so milestones multiply. */
  @Test
  void rate_fallsAtTheBeginningOfEachMilestone() {
    StepSchedule schedule = new StepSchedule(0.3, List.of(1, 3));
    float rate = 1e-4f;
    float[] rates = new float[5];
    for (int epoch = 0; epoch < rates.length; epoch++) {
      rate = schedule.before(epoch, rate);
      rates[epoch] = rate;
    }
    float first = (float) (1e-4f * 0.3);
    float second = (float) (first * 0.3);
    assertEquals(List.of(1e-4f, first, first, second, second), boxed(rates));
  }

  @Test
  void otherFactors_areRefused() {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> new StepSchedule(1.5, List.of(1)));
    assertEquals("factor: got 1.5, wanted in [0.0, 1.0]", e.getMessage());
  }

  private static List<Float> boxed(float[] values) {
    java.util.ArrayList<Float> all = new java.util.ArrayList<>();
    for (float value : values) {
      all.add(value);
    }
    return all;
  }
}
