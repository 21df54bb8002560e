package org.endossl.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.endossl.model.Compute;
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

  @Test
  void unknownModel_isRefused() {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> new StepBench.Request("huge", 2, 1, 0.5, 4, SessionOptions.DEFAULT));
    assertEquals("model: got \"huge\", wanted tiny, small, base or large", e.getMessage());
  }
}
