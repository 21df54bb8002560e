package org.endossl.eval.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.endossl.data.Normalization;
import org.endossl.eval.WeightsSource;
import org.endossl.model.Compute;
import org.endossl.model.VitConfig;
import org.endossl.train.SessionOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FeaturesBenchTest {
  private static final WeightsSource WEIGHTS =
      new WeightsSource.RandomVit(
          new VitConfig(32, 8, 24, 2, 3, 4, 1e-6, 0), Normalization.IMAGENET, 1);

  @Test
  void figures_areOfWhatWasAskedFor() throws IOException {
    FeaturesBench.Figures figures =
        FeaturesBench.run(
            new FeaturesBench.Request(WEIGHTS, 0, 3, 4, Compute.FLOAT32, SessionOptions.DEFAULT));
    assertEquals("[3, 32, 32, 3]", figures.images());
    assertEquals("fp32", figures.precision());
    assertTrue(figures.bestMilliseconds() > 0);
    assertTrue(figures.bestMilliseconds() <= figures.medianMilliseconds());
    assertEquals(3e3 / figures.bestMilliseconds(), figures.imagesPerSecond(), 1e-6);
    assertTrue(figures.loadSeconds() > 0);
    assertEquals(4, figures.embedding().size());
    FeaturesBench.Figures larger =
        FeaturesBench.run(
            new FeaturesBench.Request(WEIGHTS, 48, 1, 3, Compute.FLOAT32, SessionOptions.DEFAULT));
    assertEquals("[1, 48, 48, 3]", larger.images());
  }

  @ParameterizedTest
  @CsvSource({"-1,1,3,side: got -1", "0,0,3,batch: got 0", "0,1,2,steps: got 2"})
  void numbersOutOfRange_areRefused(int side, int batch, int steps, String wanted) {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                new FeaturesBench.Request(
                    WEIGHTS, side, batch, steps, Compute.FLOAT32, SessionOptions.DEFAULT));
    assertTrue(String.valueOf(e.getMessage()).startsWith(wanted), e.getMessage());
  }
}
