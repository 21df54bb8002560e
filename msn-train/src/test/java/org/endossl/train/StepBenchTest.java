package org.endossl.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.endossl.model.Compute;
import org.endossl.model.VitConfig;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StepBenchTest {
  @Test
  @Tag("slow")
  void figures_areAllThere() throws IOException {
    StepBench.Figures figures =
        StepBench.run(new StepBench.Request("tiny", 2, 1, 0.5, 4, SessionOptions.DEFAULT));
    assertTrue(figures.bestMilliseconds() > 0);
    assertTrue(figures.medianMilliseconds() >= figures.bestMilliseconds());
    assertEquals(2e3 / figures.bestMilliseconds(), figures.imagesPerSecond(), 1e-6);
    assertTrue(figures.matmulGigaflops() > 1);
    assertTrue(Double.isFinite(figures.loss()));
    assertEquals(
        List.of("java", "tensorflow", "graph", "weights", "first step"),
        List.copyOf(figures.phases().keySet()));
    assertEquals(
        figures.firstStepSeconds(),
        figures.phases().values().stream().mapToDouble(Double::doubleValue).sum(),
        0.1);
  }

  @Test
  @Tag("slow")
  void realInput_isStagedOnSeveralDevices(@TempDir Path folder) throws IOException {
    Path records = TinyRun.records(folder, 4); // an epoch has two steps
    StepBench.Figures figures =
        StepBench.run(
            new StepBench.Request(
                "tiny",
                4,
                1,
                0.5,
                5,
                Compute.FLOAT32,
                false,
                new SessionOptions(0, 0, false, SessionOptions.Device.CPU, 2, true),
                List.of(records.toString())));
    assertTrue(figures.inputWait() >= 0 && figures.inputWait() < 1, figures::toString);
    assertTrue(Double.isFinite(figures.loss()));
  }

  @Test
  @Tag("slow")
  void realInput_tellsHowLongStepsWaitForIt(@TempDir Path folder) throws IOException {
    Path records = TinyRun.records(folder, 6);
    StepBench.Figures figures =
        StepBench.run(
            new StepBench.Request(
                "tiny",
                2,
                0,
                0.5,
                5,
                Compute.FLOAT32,
                true,
                SessionOptions.DEFAULT,
                List.of(records.toString())));
    assertTrue(figures.inputWait() > 0 && figures.inputWait() < 1, figures::toString);
  }

  /**
   * By hand: 197 tokens whole, 99 and twice back, 11 blocks of 24 width squared, two patch
   * matrices.
   */
  @Test
  void productsOfAStep_areThoseOfItsLinearLayers() {
    double block = 24.0 * 384 * 384;
    double patch = 2.0 * 768 * 384;
    double wanted = 8 * (11 * block * (197 + 3 * 99) + patch * (196 + 2 * 98)) / 1e9;
    VitConfig small = VitConfig.small(224, 16);
    assertEquals(wanted, StepProducts.gigaflop(small, 8, 98, 0, 96), 1e-9);
    double focal = 8 * 10 * (11 * block * 3 * 37 + patch * 2 * 36) / 1e9;
    assertEquals(wanted + focal, StepProducts.gigaflop(small, 8, 98, 10, 96), 1e-9);
  }

  @Test
  void devices_shareABatch() throws IOException {
    StepBench.Figures two =
        StepBench.run(new StepBench.Request("tiny", 2, 1, 0.5, 3, SessionOptions.DEFAULT.with(2)));
    assertTrue(Double.isFinite(two.loss()));
    assertEquals(
        two.stepGigaflop() / two.bestMilliseconds() * 1e3 / two.matmulGigaflops(),
        two.matmulShare(),
        1e-9);
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> new StepBench.Request("tiny", 2, 1, 0.5, 3, SessionOptions.DEFAULT.with(3)));
    assertEquals("devices: got 3, wanted a divisor of the batch, 2", e.getMessage());
  }

  @Test
  void unknownModel_isRefused() {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> new StepBench.Request("huge", 2, 1, 0.5, 4, SessionOptions.DEFAULT));
    assertEquals("model: got \"huge\", wanted tiny, small, base or large", e.getMessage());
  }
}
