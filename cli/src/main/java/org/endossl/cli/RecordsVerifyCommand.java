package org.endossl.cli;

import com.beust.jcommander.Parameter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.endossl.tfrecords.RecordFiles;
import org.endossl.tfrecords.RecordVerifier;

/** {@code endossl records verify}: everything that is wrong with record files. */
final class RecordsVerifyCommand extends Command {
  @Parameter(description = "FILE...")
  List<String> files = new ArrayList<>();

  @Parameter(
      names = "--on-bad-record",
      description = "WHAT: fail, or skip: list problems, but end with 0 if good records remain")
  String onBadRecord = "fail";

  @Override
  String arguments() {
    return "FILE...";
  }

  @Override
  String details() {
    return """
        Files, globs, or directories. Reads every byte: checksums, schema, labels, image headers,
        duplicates. Each problem is a line on standard error with file, byte offset, record number
        and what was expected; exit code 3 if there is one.
        """;
  }

  @Override
  String example() {
    return "records verify data/cholec80";
  }

  @Override
  int run(Terminal terminal) throws Exception {
    if (files.isEmpty()) {
      throw new UsageException("wanted files, globs or directories of records");
    }
    boolean skips = OnBadRecord.of(onBadRecord).skips();
    List<Path> found = RecordFiles.list(files);
    RecordVerifier.Report report =
        RecordVerifier.verify(found, problem -> terminal.err().println(problem));
    report.notes().forEach(note -> terminal.out().println("note: " + note));
    terminal
        .out()
        .printf(
            Locale.ROOT,
            "%d problems in %d files: %d good records of %d videos, %.1f MB%n",
            report.problems().size(),
            report.files(),
            report.records(),
            report.videos(),
            report.bytes() / 1e6);
    terminal.err().flush();
    boolean usable = skips && report.records() > 0;
    return usable || report.problems().isEmpty() ? ExitCode.DONE : ExitCode.DATA;
  }
}
