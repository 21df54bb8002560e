package org.endossl.cli;

import com.beust.jcommander.Parameter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.endossl.tfrecords.BadRecords;
import org.endossl.tfrecords.RecordFiles;
import org.endossl.tfrecords.RecordIndexer;

/** {@code endossl records index}: the side files of record files. */
final class RecordsIndexCommand extends Command {
  @Parameter(description = "FILE...")
  List<String> files = new ArrayList<>();

  @Parameter(names = "--on-bad-record", description = OnBadRecord.TEXT)
  String onBadRecord = "fail";

  @Override
  String arguments() {
    return "FILE...";
  }

  @Override
  String details() {
    return """
        Writes .FILE.index beside each record file: where every record begins, its video, frame and
        labels. Other commands make side files by themselves when they read records for the first
        time; this does it ahead, for instance before a directory becomes read-only. With
        --on-bad-record=skip pixels are unpacked too; files with bad records have no side file.
        """;
  }

  @Override
  String example() {
    return "records index data/cholec80";
  }

  @Override
  int run(Terminal terminal) throws Exception {
    if (files.isEmpty()) {
      throw new UsageException("wanted files, globs or directories of records");
    }
    BadRecords bad = OnBadRecord.of(onBadRecord);
    List<Path> found = RecordFiles.list(files);
    List<RecordIndexer.Indexed> indexed;
    int[] done = new int[1];
    try (ProgressLine line = new ProgressLine(terminal, "index")) {
      indexed =
          RecordIndexer.run(
              found,
              bad,
              one -> {
                done[0]++;
                line.showWithTimeLeft(
                    (double) done[0] / found.size(), done[0] + "/" + found.size() + " files");
              });
    }
    for (RecordIndexer.Indexed one : indexed) {
      terminal
          .out()
          .println(
              (one.sideFile() == null ? one.file() + ": no side file" : one.sideFile())
                  + ": "
                  + one.records()
                  + (one.sideFile() == null ? " good" : "")
                  + " records of "
                  + one.videos()
                  + " videos");
    }
    OnBadRecord.report(bad, terminal.err());
    return ExitCode.DONE;
  }
}
