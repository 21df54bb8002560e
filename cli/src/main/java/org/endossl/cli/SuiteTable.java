package org.endossl.cli;

import java.io.PrintStream;
import java.util.Locale;
import org.endossl.eval.suite.SuiteResult;

/** A suite's rows, a line each, and what they add up to. */
final class SuiteTable {
  private SuiteTable() {}

  static void print(SuiteResult result, PrintStream out) {
    for (SuiteResult.Row row : result.rows()) {
      out.printf(
          Locale.ROOT,
          "%-8s %s: %s [%s, %s]%n",
          switch (row.state()) {
            case REACHED -> "reached";
            case MISSED -> "MISSED";
            case NOT_RUN -> "not run";
          },
          row.row().name(),
          row.text(),
          row.row().status().name().toLowerCase(Locale.ROOT),
          row.row().source());
    }
    out.printf(
        Locale.ROOT,
        "%d reached, %d missed, %d not run%n",
        result.count(SuiteResult.State.REACHED),
        result.count(SuiteResult.State.MISSED),
        result.count(SuiteResult.State.NOT_RUN));
    out.flush();
  }
}
