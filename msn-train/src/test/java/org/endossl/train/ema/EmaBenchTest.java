package org.endossl.train.ema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class EmaBenchTest {
  @Test
  void figures_areThoseOfEveryFormOfThisBuild() {
    EmaBench.Figures figures = EmaBench.run(new EmaBench.Request(7, 100_003, 3));
    assertEquals(EmaLibrary.status().loaded() ? 2 : 1, figures.milliseconds().size());
    figures
        .milliseconds()
        .forEach(
            (form, ms) ->
                assertEquals(
                    figures.triadMilliseconds() / ms,
                    figures.shares().getOrDefault(form, -1.0),
                    1e-9));
    assertTrue(figures.triadGigabytesPerSecond() > 0);
  }
}
