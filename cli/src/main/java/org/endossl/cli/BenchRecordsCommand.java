package org.endossl.cli;

import com.beust.jcommander.Parameter;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.endossl.tfrecords.RecordsBench;
import org.jspecify.annotations.Nullable;

/** {@code endossl bench records}: reading and writing of record files. */
final class BenchRecordsCommand extends Command {
  @Parameter(names = "--records", description = "records in the file")
  int records = 400;

  @Parameter(
      names = "--bytes",
      description = "bytes of a record; the default is a PNG frame of 854x480")
  int bytes = 660_000;

  @Parameter(names = "--folder", description = "DIR: where the file is written and removed again")
  @Nullable Path folder;

  @Parameter(names = "--json", description = "F: also write the figures to this file")
  @Nullable Path json;

  @Override
  String details() {
    return """
        Writes a record file (synced to the disk), reads it with all its checksums, and removes it;
        one thread, five times each.
        """;
  }

  @Override
  String example() {
    return "bench records --json records.json";
  }

  @Override
  int run(Terminal terminal) throws Exception {
    RecordsBench.Figures figures;
    if (folder != null) {
      figures = RecordsBench.run(folder, records, bytes);
    } else {
      Path temporary = Files.createTempDirectory("endossl-bench");
      try {
        figures = RecordsBench.run(temporary, records, bytes);
      } finally {
        Files.deleteIfExists(temporary);
      }
    }
    PrintStream out = terminal.out();
    row(out, "write", figures.writeMegabytesPerSecond(), "synced");
    row(out, "read", figures.readMegabytesPerSecond(), "checksums included, from the page cache");
    row(out, "mapped", figures.mappedMegabytesPerSecond(), "the same, mapped into memory");
    if (json != null) {
      JsonFile.write(json, figures);
    }
    return ExitCode.DONE;
  }

  private static void row(PrintStream out, String what, double rate, String note) {
    out.printf(Locale.ROOT, "%-10s %8.0f MB/s  %s%n", what, rate, note);
  }
}
