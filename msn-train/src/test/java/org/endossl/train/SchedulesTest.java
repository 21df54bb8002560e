package org.endossl.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class SchedulesTest {
  private static final CriterionConfig CRITERION =
      new CriterionConfig(32, 0.1, 0.25, 0.25, 1, 0, false);

  /** Values that the original's schedulers gave, see src/test/resources/msn_tiny. */
  @Test
  void everyValue_isTheOriginals() throws IOException {
    JsonObject log =
        JsonParser.parseString(
                Files.readString(
                    Path.of("src/test/resources/msn_tiny/log.json"), StandardCharsets.UTF_8))
            .getAsJsonObject();
    Schedules schedules = new Schedules(4, optimization(8, 2), CRITERION);
    log.getAsJsonArray("log")
        .forEach(
            entry -> {
              JsonObject step = entry.getAsJsonObject();
              Schedules.Scalars got = schedules.at(step.get("step").getAsLong());
              assertEquals(step.get("lr").getAsDouble(), got.learningRate(), 1e-12);
              assertEquals(step.get("wd").getAsDouble(), got.weightDecay(), 1e-12);
              assertEquals(step.get("momentum").getAsDouble(), got.momentum(), 1e-12);
              assertEquals(0.25, got.sharpening());
            });
  }

  @Test
  void learningRate_reachesTheReferenceAtTheEndOfTheWarmUp_andNotBefore() {
    Schedules schedules = new Schedules(10, optimization(20, 3), CRITERION);
    assertTrue(schedules.learningRate(28) < 1e-3);
    assertEquals(1e-3, schedules.learningRate(29), 1e-15);
    assertTrue(schedules.learningRate(30) < 1e-3);
  }

  @Test
  void schedules_runOverOneAndAQuarterTimesTheEpochs() {
    Schedules schedules = new Schedules(10, optimization(20, 3), CRITERION);
    assertEquals(1e-6, schedules.learningRate(249), 1e-12);
    assertEquals(0.4, schedules.weightDecay(249), 1e-12);
    assertEquals(1, schedules.momentum(250), 1e-12);
    assertEquals(0.996, schedules.momentum(0));
    assertTrue(schedules.momentum(199) < 1);
  }

  @Test
  void weightDecay_thatFalls_staysAboveItsEnd() {
    OptimizationConfig falling =
        new OptimizationConfig(8, 4, 1, 0, 1, 0, 0.4, 0.04, 3, 0.996, 1, 1, null);
    Schedules schedules = new Schedules(5, falling, CRITERION);
    for (int step = 0; step < 40; step++) {
      assertTrue(schedules.weightDecay(step) >= 0.04);
    }
  }

  @Test
  void noStepInAnEpoch_isRefused() {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> new Schedules(0, optimization(8, 2), CRITERION));
    assertEquals("steps per epoch: got 0, wanted > 0", e.getMessage());
  }

  private static OptimizationConfig optimization(int epochs, double warmup) {
    return new OptimizationConfig(
        8, epochs, warmup, 2e-4, 1e-3, 1e-6, 0.04, 0.4, 3, 0.996, 1, 1, null);
  }
}
