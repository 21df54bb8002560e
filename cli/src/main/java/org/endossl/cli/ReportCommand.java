package org.endossl.cli;

import com.beust.jcommander.Parameter;
import com.beust.jcommander.ParametersDelegate;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.endossl.eval.report.Report;
import org.endossl.eval.report.ReportRequest;
import org.endossl.tfrecords.BadRecords;
import org.jspecify.annotations.Nullable;

/** {@code endossl report RUN}: one HTML file of what lies in a run's folder. */
final class ReportCommand extends Command {
  @Parameter(description = "RUN")
  List<String> runs = new ArrayList<>();

  @Parameter(names = "--out", description = "F.html: where it goes; else report.html in the folder")
  @Nullable Path out;

  @Parameter(
      names = "--weights",
      splitter = WholeValue.class,
      description = "W: to look into, as for endossl features; else those that RUN names")
  @Nullable String weights;

  @Parameter(
      names = "--records",
      description = "DIR: where the frames are, repeatable; else where RUN says")
  List<String> records = new ArrayList<>();

  @Parameter(
      names = "--frames",
      description = "N: frames on the map and on hover, spread over the videos; 0: none")
  int frames = ReportRequest.FRAMES;

  @Parameter(names = "--on-bad-record", description = OnBadRecord.TEXT)
  String onBadRecord = "fail";

  @ParametersDelegate BackboneOptions backbone = new BackboneOptions();

  @Override
  String arguments() {
    return "RUN";
  }

  @Override
  String details() {
    return """
        RUN is the --out of endossl pretrain, probe, finetune, knn, lowshot or demo. Scores, phases
        over time, confusions and curves, as far as the folder has them; with the frames and the
        weights that it names also attention maps, a map of the features and the prototypes. One
        file that needs no network. What is not there the page names, and so does standard error.
        The page then holds frames: pass it on only as you may pass on the records.
        """;
  }

  @Override
  String example() {
    return "report runs/vits16";
  }

  @Override
  int run(Terminal terminal) throws Exception {
    if (runs.size() != 1) {
      throw new UsageException("wanted one RUN, got " + runs.size());
    }
    BadRecords bad = OnBadRecord.of(onBadRecord);
    Report.Result result;
    try (StageProgress progress = new StageProgress(terminal)) {
      result =
          Report.run(
              new ReportRequest(
                  Path.of(runs.get(0)),
                  out,
                  weights == null ? null : backbone.weights(weights),
                  records,
                  frames,
                  bad),
              progress);
    }
    OnBadRecord.report(bad, terminal.err());
    result.missing().forEach(text -> terminal.err().println("not shown: " + text));
    terminal.out().println(result.file());
    return ExitCode.DONE;
  }
}
