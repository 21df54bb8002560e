package org.endossl.cli;

import com.beust.jcommander.Parameter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.endossl.tfrecords.BadRecords;
import org.endossl.tfrecords.Compression;
import org.endossl.tfrecords.ImageSize;
import org.endossl.tfrecords.PhaseOrder;
import org.endossl.tfrecords.RecordFiles;
import org.endossl.tfrecords.convert.Recoding;
import org.endossl.tfrecords.convert.RecordOrder;
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

  @Parameter(names = "--size", description = "WxH: resize images; else they stay as they are")
  @Nullable String size;

  @Parameter(
      names = "--image",
      description = "FORMAT: keep, png, stored (PNG without compression), jpeg, jpeg:QUALITY")
  String image = "keep";

  @Parameter(names = "--order", description = "ORDER: as-it-is, video, or shuffled by --seed")
  String order = "as-it-is";

  @Parameter(names = "--seed", description = "of --order shuffled")
  long seed = 1;

  @Parameter(names = "--workers", description = "images worked on at a time")
  int workers = Runtime.getRuntime().availableProcessors();

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
    PhaseOrder phases =
        phaseOrder == null ? PhaseOrder.of(found.get(0)) : PhaseOrder.of(phaseOrder);
    List<Path> written;
    try (ProgressLine line = new ProgressLine(terminal, "reshard")) {
      written =
          Resharder.run(
              new ReshardRequest(
                  found,
                  out,
                  name,
                  shards,
                  Choice.of(Compression.class, "--compression", compression),
                  phases,
                  Recoding.parse(image, size == null ? null : ImageSize.parse(size)),
                  Choice.of(RecordOrder.class, "--order", order),
                  seed,
                  workers),
              bad,
              records -> line.show(0, records + " records"));
    }
    OnBadRecord.report(bad, terminal.err());
    terminal.out().println(written.size() + " record files in " + out);
    return ExitCode.DONE;
  }
}
