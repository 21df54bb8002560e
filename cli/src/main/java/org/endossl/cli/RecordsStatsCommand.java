package org.endossl.cli;

import com.beust.jcommander.Parameter;
import com.google.gson.GsonBuilder;
import java.util.ArrayList;
import java.util.List;
import org.endossl.tfrecords.BadRecords;
import org.endossl.tfrecords.FrameIndex;
import org.endossl.tfrecords.RecordFiles;
import org.endossl.tfrecords.RecordStats;

/** {@code endossl records stats}: frames per video, phase and instrument. */
final class RecordsStatsCommand extends Command {
  @Parameter(description = "FILE...")
  List<String> files = new ArrayList<>();

  @Parameter(names = "--json", description = "as JSON instead of tables")
  boolean json;

  @Parameter(names = "--on-bad-record", description = OnBadRecord.TEXT)
  String onBadRecord = "fail";

  @Override
  String arguments() {
    return "FILE...";
  }

  @Override
  String example() {
    return "records stats data/cholec80";
  }

  @Override
  int run(Terminal terminal) throws Exception {
    if (files.isEmpty()) {
      throw new UsageException("wanted files, globs or directories of records");
    }
    BadRecords bad = OnBadRecord.of(onBadRecord);
    RecordStats stats = RecordStats.of(FrameIndex.scan(RecordFiles.list(files), bad, bytes -> {}));
    OnBadRecord.report(bad, terminal.err());
    if (json) {
      terminal.out().println(new GsonBuilder().setPrettyPrinting().create().toJson(stats.toJson()));
    } else {
      stats.table(terminal.out()::println);
    }
    return ExitCode.DONE;
  }
}
