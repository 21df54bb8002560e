package org.endossl.cli;

import com.beust.jcommander.Parameter;
import com.google.gson.GsonBuilder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.endossl.tfrecords.BadRecords;
import org.endossl.tfrecords.OutputFiles;
import org.endossl.tfrecords.RecordDiff;
import org.endossl.tfrecords.RecordFiles;
import org.jspecify.annotations.Nullable;

/** {@code endossl records diff}: in what two data sets differ. */
final class RecordsDiffCommand extends Command {
  private static final int SHOWN = 50;

  @Parameter(description = "FIRST SECOND")
  List<String> sets = new ArrayList<>();

  @Parameter(
      names = "--bytes",
      description = "do not decode: images of other bytes count as other pixels")
  boolean bytes;

  @Parameter(names = "--json", description = "FILE: every difference as JSON")
  @Nullable Path json;

  @Parameter(names = "--on-bad-record", description = OnBadRecord.TEXT)
  String onBadRecord = "fail";

  @Override
  String arguments() {
    return "FIRST SECOND";
  }

  @Override
  String details() {
    return """
        Each is a file, glob or directory. Frames are matched by video and number, phases by name;
        images are decoded where their bytes differ. Lists frames that are missing in SECOND, that
        are added, of other labels, of other pixels, and of other bytes with the same pixels.
        Exit code 0 if frames, labels and pixels are the same, 1 if not.
        """;
  }

  @Override
  String example() {
    return "records diff data/cholec80 data/cholec80-resharded";
  }

  @Override
  int run(Terminal terminal) throws Exception {
    if (sets.size() != 2) {
      throw new UsageException("wanted two files, globs or directories of records");
    }
    BadRecords bad = OnBadRecord.of(onBadRecord);
    RecordDiff.Report report;
    try (ProgressLine line = new ProgressLine(terminal, "diff")) {
      report =
          RecordDiff.run(
              RecordFiles.list(List.of(sets.get(0))),
              RecordFiles.list(List.of(sets.get(1))),
              bad,
              !bytes,
              done -> line.show(0, done + " records read"));
    }
    report.differences().stream().limit(SHOWN).forEach(terminal.out()::println);
    if (report.differences().size() > SHOWN) {
      terminal
          .out()
          .println("and " + (report.differences().size() - SHOWN) + " more; --json lists all");
    }
    terminal
        .out()
        .println(
            report.first()
                + " and "
                + report.second()
                + " frames: "
                + report.count(RecordDiff.Kind.MISSING)
                + " missing, "
                + report.count(RecordDiff.Kind.ADDED)
                + " added, "
                + report.count(RecordDiff.Kind.LABELS)
                + " of other labels, "
                + report.count(RecordDiff.Kind.PIXELS)
                + " of other pixels, "
                + report.count(RecordDiff.Kind.BYTES)
                + " of other bytes only");
    OnBadRecord.report(bad, terminal.err());
    if (json != null) {
      String text = new GsonBuilder().setPrettyPrinting().create().toJson(report.toJson());
      OutputFiles.write(json, (text + "\n").getBytes(StandardCharsets.UTF_8));
    }
    return report.same() ? ExitCode.DONE : ExitCode.BAR_MISSED;
  }
}
