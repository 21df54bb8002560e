package org.endossl.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class WeightsSourceTest {
  @Test
  void parse_tellsSourcesApart() {
    assertEquals(new WeightsSource.MeanColour(false), WeightsSource.parse("mean-colour"));
    assertEquals(new WeightsSource.MeanColour(true), WeightsSource.parse("mean-colour+std"));
    assertEquals(
        new WeightsSource.Random(Path.of("c:d.yaml"), 7), WeightsSource.parse("random:c:d.yaml:7"));
    assertEquals(new WeightsSource.Run(Path.of("runs/a")), WeightsSource.parse("runs/a"));
    for (String text : new String[] {"random:a.yaml", "random:a.yaml:x", "random::1"}) {
      assertThrows(IllegalArgumentException.class, () -> WeightsSource.parse(text), text);
    }
  }

  @Test
  void open_ofNothing_saysWhatIsWanted() {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> WeightsSource.parse("no/such/run").open());
    assertTrue(String.valueOf(e.getMessage()).contains("wanted a run's folder"));
  }
}
