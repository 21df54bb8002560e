package org.endossl.train.ema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EmaBenchTest {
  @Test
  void figures_areThoseOfEveryFormOfThisBuild() {
    EmaBench.Figures figures = EmaBench.run(new EmaBench.Request(7, 100_003, 3));
    assertEquals(EmaLibrary.status().loaded() ? 2 : 1, figures.milliseconds().size());
    assertEquals(16, figures.triadBytes());
    Double node = figures.nodeMilliseconds();
    if (node != null) {
      double run = figures.milliseconds().getOrDefault(EmaUpdate.Form.NATIVE, 0.0);
      assertTrue(node > 0 && node < run, node + " ms of a run of " + run);
    }
    checkShares(figures);
  }

  /** What a GPU is measured with runs on any device. */
  @Test
  void figuresByOps_areOfTheCompositeForm() {
    EmaBench.Figures figures =
        EmaBench.run(
            new EmaBench.Request(7, 100_003, 3),
            List.of(EmaUpdate.Form.COMPOSITE),
            4,
            tf -> Triads.ops(tf, 100_003, 4),
            1);
    assertEquals(Set.of(EmaUpdate.Form.COMPOSITE), figures.milliseconds().keySet());
    assertNull(figures.nodeMilliseconds(), "there is no native node");
    assertEquals(12, figures.triadBytes());
    assertEquals("TensorFlow's ops", figures.triads());
    checkShares(figures);
  }

  private static void checkShares(EmaBench.Figures figures) {
    double limit =
        Math.max(
            figures.triadBytes() * 100_003 / figures.triadMilliseconds(),
            12 * 100_003 / figures.inPlaceMilliseconds());
    assertEquals(figures.limitGigabytesPerSecond(), limit / 1e6, 1e-9 * limit);
    figures
        .milliseconds()
        .forEach(
            (form, ms) ->
                assertEquals(
                    12 * 100_003 / ms / limit,
                    figures.shares().getOrDefault(form, -1.0),
                    1e-9 * 12 * 100_003 / ms));
  }
}
