package org.endossl.train;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class MsnParityTest {
  private static final Path GOLDEN = Path.of("src/test/resources/msn_tiny");

  @Test
  void fourSteps_areThoseOfTheOriginal() throws IOException {
    MsnParity.Report report = MsnParity.run(GOLDEN);
    StringBuilder table = new StringBuilder("\n");
    for (MsnParity.Comparison c : report.comparisons()) {
      table.append(
          String.format(
              java.util.Locale.ROOT,
              "%-45s %.3e %.3e %s %s%n",
              c.name(),
              c.absolute(),
              c.relative(),
              c.bar(),
              c.holds() ? "" : "FAILS"));
    }
    assertTrue(report.holds(), table.toString());
  }
}
