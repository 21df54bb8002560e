package org.endossl.cli;

import com.beust.jcommander.Parameter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.endossl.tfrecords.BadRecords;
import org.endossl.tfrecords.RecordFiles;
import org.endossl.tfrecords.RecordInspector;

/** {@code endossl records inspect}: what the records hold, a line each. */
final class RecordsInspectCommand extends Command {
  @Parameter(description = "FILE...")
  List<String> files = new ArrayList<>();

  @Parameter(names = "--json", description = "one JSON object per record instead of a table")
  boolean json;

  @Parameter(names = "--on-bad-record", description = OnBadRecord.TEXT)
  String onBadRecord = "fail";

  @Override
  String arguments() {
    return "FILE...";
  }

  @Override
  String example() {
    return "records inspect data/cholec80/video01.tfrecord --json";
  }

  @Override
  int run(Terminal terminal) throws Exception {
    if (files.isEmpty()) {
      throw new UsageException("wanted files, globs or directories of records");
    }
    BadRecords bad = OnBadRecord.of(onBadRecord);
    List<Path> found = RecordFiles.list(files);
    try {
      if (json) {
        RecordInspector.json(found, bad, terminal.out()::println);
      } else {
        RecordInspector.table(found, bad, terminal.out()::println);
      }
    } finally {
      terminal.out().flush();
    }
    OnBadRecord.report(bad, terminal.err());
    return ExitCode.DONE;
  }
}
