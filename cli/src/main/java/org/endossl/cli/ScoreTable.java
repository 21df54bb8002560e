package org.endossl.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.endossl.eval.metrics.EndosslMetrics;
import org.endossl.eval.probe.ProbeResult;
import org.jspecify.annotations.Nullable;

/** endossl's scores of probes, a line per probe. */
final class ScoreTable {
  private ScoreTable() {}

  /** Test videos, then validation videos; parts without videos are left out. */
  static void print(List<ProbeResult> results, PrintStream out) {
    table("test", results, out);
    table("validation", results, out);
    out.flush();
  }

  private static void table(String part, List<ProbeResult> results, PrintStream out) {
    List<Row> rows = new ArrayList<>();
    for (ProbeResult result : results) {
      if (scored(part, result) != null) {
        rows.add(new Row(result.name(), values(part, result)));
      }
    }
    rows(part, rows, out);
  }

  /**
   * A line of a table.
   *
   * @param name of the network
   * @param values by name, the same for all rows
   */
  record Row(String name, Map<String, Double> values) {}

  /** A table of one part's scores; nothing without rows. */
  static void rows(String part, List<Row> rows, PrintStream out) {
    if (rows.isEmpty()) {
      return;
    }
    int width = rows.stream().mapToInt(r -> r.name().length()).max().orElse(0);
    width = Math.max(width, part.length() + " videos".length());
    out.println();
    out.print(pad(part + " videos", width));
    rows.get(0).values().keySet().forEach(name -> out.printf(Locale.ROOT, "  %15s", name));
    out.println();
    for (Row row : rows) {
      out.print(pad(row.name(), width));
      row.values().values().forEach(value -> out.printf(Locale.ROOT, "  %15.2f", value));
      out.println();
    }
  }

  private static ProbeResult.@Nullable Scored scored(String part, ProbeResult result) {
    return part.equals("test") ? result.test() : result.validation();
  }

  private static Map<String, Double> values(String part, ProbeResult result) {
    ProbeResult.Scored scored = scored(part, result);
    if (scored == null) {
      return Map.of();
    }
    EndosslMetrics metrics = scored.metrics().endossl();
    return metrics.values();
  }

  private static String pad(String text, int width) {
    return text + " ".repeat(width - text.length());
  }
}
