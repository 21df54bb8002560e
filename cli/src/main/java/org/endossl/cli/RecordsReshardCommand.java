package org.endossl.cli;

import com.beust.jcommander.Parameter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.endossl.tfrecords.BadRecords;
import org.endossl.tfrecords.Compression;
import org.endossl.tfrecords.PhaseOrder;
import org.endossl.tfrecords.RecordFiles;
import org.endossl.tfrecords.convert.ReshardRequest;
import org.endossl.tfrecords.convert.Resharder;
import org.jspecify.annotations.Nullable;

/** {@code endossl records reshard}: the same records in other files. */
final class RecordsReshardCommand extends Command {
  @Parameter(description = "FILE...")
  List<String> files = new ArrayList<>();

  @Parameter(names = "--out", required = true, description = "DIR: a directory without records")
  Path out = Path.of("");

  @Parameter(names = "--name", description = "how the new files' names begin")
  String name = "records";

  @Parameter(names = "--shards", description = "how many files")
  int shards = 1;

  @Parameter(names = "--compression", description = "KIND: none, gzip or zlib")
  String compression = "none";

  @Parameter(
      names = "--phase-order",
      description = "ORDER: renumber phases: tf-cholec80, endossl, tmrnet; else as they are")
  @Nullable String phaseOrder;

  @Parameter(names = "--on-bad-record", description = OnBadRecord.TEXT)
  String onBadRecord = "fail";

  @Override
  String arguments() {
    return "FILE...";
  }

  @Override
  String example() {
    return "records reshard data/cholec80 --out data/sharded --shards 16 --compression gzip";
  }

  @Override
  int run(Terminal terminal) throws Exception {
    if (files.isEmpty()) {
      throw new UsageException("wanted files, globs or directories of records");
    }
    BadRecords bad = OnBadRecord.of(onBadRecord);
    List<Path> found = RecordFiles.list(files);
    PhaseOrder order = phaseOrder == null ? PhaseOrder.of(found.get(0)) : PhaseOrder.of(phaseOrder);
    List<Path> written =
        Resharder.run(
            new ReshardRequest(
                found,
                out,
                name,
                shards,
                Choice.of(Compression.class, "--compression", compression),
                order),
            bad,
            records -> {});
    OnBadRecord.report(bad, terminal.err());
    terminal.out().println(written.size() + " record files in " + out);
    return ExitCode.DONE;
  }
}
