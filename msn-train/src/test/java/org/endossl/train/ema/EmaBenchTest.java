package org.endossl.train.ema;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class EmaBenchTest {
  @Test
  void figures_areThoseOfEveryFormOfThisBuild() {
    EmaBench.Figures figures = EmaBench.run(new EmaBench.Request(7, 100_003, 3));
    assertEquals(EmaLibrary.status().loaded() ? 2 : 1, figures.milliseconds().size());
    double limit =
        Math.max(
            16 * 100_003 / figures.triadMilliseconds(),
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
