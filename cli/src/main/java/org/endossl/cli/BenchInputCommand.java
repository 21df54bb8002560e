package org.endossl.cli;

import com.beust.jcommander.Parameter;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.endossl.data.synthetic.SyntheticCholec80;
import org.endossl.data.synthetic.SyntheticConfig;
import org.endossl.tfrecords.BadRecords;
import org.endossl.train.InputBench;
import org.jspecify.annotations.Nullable;

/** {@code endossl bench input}: decoding and views by themselves. */
final class BenchInputCommand extends Command {
  @Parameter(
      names = "--data",
      description = "PATH: record files, globs or folders; without it frames are generated")
  List<String> data = new ArrayList<>();

  @Parameter(names = "--batch", description = "frames per batch")
  int batch = 8;

  @Parameter(names = "--focal", description = "focal views of 96 pixels per frame")
  int focal = 0;

  @Parameter(names = "--workers", description = "threads that decode; 0: TensorFlow chooses")
  int workers = 0;

  @Parameter(names = "--batches", description = "batches to draw; the first two do not count")
  int batches = 32;

  @Parameter(names = "--cache", description = "decoded frames kept in memory; 0: none")
  int cached = 0;

  @Parameter(names = "--frame-cache", description = "DIR: keep decoded frames on disk, here")
  @Nullable Path frameCache;

  @Parameter(names = "--on-bad-record", description = OnBadRecord.TEXT)
  String onBadRecord = "fail";

  @Parameter(names = "--json", description = "F: also write the figures to this file")
  @Nullable Path json;

  @Override
  String details() {
    return """
        Frames per second that the input gives when nothing else runs: read, decoded, and drawn
        into the recipe's views of 224 and 96 pixels with colour jitter and blur.
        """;
  }

  @Override
  String example() {
    return "bench input --data data/cholec80 --focal 10";
  }

  @Override
  boolean usesTensorFlow() {
    return true;
  }

  @Override
  int run(Terminal terminal) throws Exception {
    BadRecords bad = OnBadRecord.of(onBadRecord);
    Path generated = data.isEmpty() ? Files.createTempDirectory("endossl-bench") : null;
    try {
      if (generated != null) {
        generate(generated, terminal);
      }
      InputBench.Figures figures =
          InputBench.run(
              new InputBench.Request(records(generated), batch, focal, workers, batches, cached),
              bad,
              frameCache);
      OnBadRecord.report(bad, terminal.err());
      terminal
          .out()
          .printf(
              Locale.ROOT,
              "%.1f frames/s, %.1f views/s; first batch after %.1f s; %d frames%s%n",
              figures.framesPerSecond(),
              figures.viewsPerSecond(),
              figures.firstBatchSeconds(),
              figures.frames(),
              generated == null ? "" : ", generated, 854x480");
      if (json != null) {
        JsonFile.write(json, figures);
      }
    } finally {
      if (generated != null) {
        MoreFiles.deleteRecursively(generated, RecursiveDeleteOption.ALLOW_INSECURE);
      }
    }
    return ExitCode.DONE;
  }

  private List<String> records(@Nullable Path generated) {
    return generated == null ? data : List.of(generated.toString());
  }

  private static void generate(Path folder, Terminal terminal) throws Exception {
    try (ProgressLine progress = new ProgressLine(terminal, "generating frames")) {
      SyntheticCholec80.write(
          folder,
          new SyntheticConfig(1, 2, 40, 854, 480, 0),
          (done, all, file) -> progress.show((double) done / all, done + "/" + all + " videos"));
    }
  }
}
