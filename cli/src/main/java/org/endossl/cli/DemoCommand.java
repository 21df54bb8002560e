package org.endossl.cli;

import com.beust.jcommander.Parameter;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.endossl.eval.demo.Demo;
import org.endossl.eval.demo.DemoRequest;
import org.endossl.eval.demo.DemoResult;
import org.jspecify.annotations.Nullable;

/** {@code endossl demo}: the whole chain on generated data. */
final class DemoCommand extends Command {
  @Parameter(names = "--out", description = "DIR: a new folder; else runs/demo, runs/demo-2, ...")
  @Nullable Path out;

  @Parameter(names = "--seed", description = "of data, weights, views and probe")
  long seed = 1;

  @Override
  String details() {
    return """
        Writes generated Cholec80-like records, pre-trains a small ViT on the train videos without
        their labels, and probes it on frozen features beside the same network with random weights
        and beside mean colours. Prints the scores and writes report.html. Ten minutes at most on
        two cores.
        """;
  }

  @Override
  String example() {
    return "demo --out runs/demo";
  }

  @Override
  boolean usesTensorFlow() {
    return true;
  }

  @Override
  int run(Terminal terminal) throws Exception {
    Path folder = out == null ? free(Path.of("runs")) : out;
    DemoResult result;
    try (StageProgress progress = new StageProgress(terminal)) {
      result = Demo.run(DemoRequest.of(folder, seed), progress);
    }
    print(result, folder, terminal.out());
    return ExitCode.DONE;
  }

  private static Path free(Path parent) {
    Path folder = parent.resolve("demo");
    for (int i = 2; Files.exists(folder); i++) {
      folder = parent.resolve("demo-" + i);
    }
    return folder;
  }

  private static void print(DemoResult result, Path folder, PrintStream out) {
    ScoreTable.print(result.results(), out);
    out.println();
    if (result.stopped()) {
      out.println(
          "This machine is slow: pre-training was ended by the clock, before its last step.");
    }
    out.printf(
        Locale.ROOT,
        "done in %s%nreport %s%nrun    %s%n",
        ProgressLine.duration(result.seconds()),
        result.report(),
        folder);
  }
}
