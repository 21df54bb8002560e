package org.endossl.cli;

import com.beust.jcommander.Parameter;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.endossl.eval.AtomicFiles;
import org.endossl.eval.parity.Parity;
import org.endossl.eval.parity.ParityCase;
import org.endossl.eval.parity.ParityReport;
import org.endossl.eval.parity.ParityRequest;
import org.jspecify.annotations.Nullable;

/** {@code endossl parity PATH}: this build beside golden values of the Python originals. */
final class ParityCommand extends Command {
  @Parameter(description = "PATH")
  List<String> paths = new ArrayList<>();

  @Parameter(names = "--json", description = "F: also write the table to this file")
  @Nullable Path json;

  @Parameter(
      names = "--out",
      description = "DIR: write the computed tensors here, under the expected ones' names")
  @Nullable Path out;

  @Override
  String arguments() {
    return "PATH";
  }

  @Override
  String details() {
    return """
        PATH is a file or folder of golden values, or a folder of those. Each kind is recognised by
        what is in it, at any size. Exit code 0 if every bar holds, 1 if not; a kind that this build
        cannot run counts as not holding.
        """;
  }

  @Override
  String example() {
    return "parity golden/vit_msn_tiny --out computed";
  }

  @Override
  boolean usesTensorFlow() {
    return true;
  }

  @Override
  int run(Terminal terminal) throws Exception {
    if (paths.size() != 1) {
      throw new UsageException("wanted one PATH, got " + paths.size());
    }
    ParityReport report;
    try (ProgressLine progress = new ProgressLine(terminal, "parity")) {
      report =
          Parity.run(
              new ParityRequest(Path.of(paths.get(0)), out),
              (at, of, golden, kind) ->
                  progress.show((double) at / of, golden.getFileName() + " (" + kind + ")"));
    }
    print(report, terminal.out());
    if (json != null) {
      AtomicFiles.writeText(json, report.toJson());
    }
    return report.holds() ? ExitCode.DONE : ExitCode.BAR_MISSED;
  }

  private static void print(ParityReport report, PrintStream out) {
    List<String[]> rows = new ArrayList<>();
    rows.add(new String[] {"golden", "case", "difference", "bar", "holds", "measured"});
    for (ParityCase one : report.cases()) {
      boolean supported = one.verdict() != ParityCase.Verdict.NOT_SUPPORTED;
      rows.add(
          new String[] {
            one.golden(),
            one.name(),
            number(one.difference()),
            number(one.bar()),
            supported ? one.holds() ? "yes" : "NO" : "-",
            one.note()
          });
    }
    int[] widths = new int[6];
    for (String[] row : rows) {
      for (int i = 0; i < row.length; i++) {
        widths[i] = Math.max(widths[i], row[i].length());
      }
    }
    for (String[] row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < row.length; i++) {
        line.append(row[i]).append(" ".repeat(widths[i] - row[i].length() + 2));
      }
      out.println(line.toString().stripTrailing());
    }
    long held = report.cases().stream().filter(ParityCase::holds).count();
    out.printf(Locale.ROOT, "%d of %d hold%n", held, report.cases().size());
  }

  private static String number(double value) {
    if (Double.isNaN(value)) {
      return "-";
    }
    return value == 0 ? "0" : String.format(Locale.ROOT, "%.3g", value);
  }
}
