package org.endossl.cli;

import com.beust.jcommander.Parameter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.endossl.eval.report.Report;
import org.endossl.eval.report.ReportRequest;
import org.jspecify.annotations.Nullable;

/** {@code endossl report RUN}: one HTML file of what lies in a run's folder. */
final class ReportCommand extends Command {
  @Parameter(description = "RUN")
  List<String> runs = new ArrayList<>();

  @Parameter(names = "--out", description = "F.html: where it goes; else report.html in the folder")
  @Nullable Path out;

  @Override
  String arguments() {
    return "RUN";
  }

  @Override
  String details() {
    return """
        RUN is the --out of endossl pretrain, probe or demo. Curves, scores, phases over time and
        confusions, as far as the folder has them; one file that needs no network.
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
    terminal.out().println(Report.run(new ReportRequest(Path.of(runs.get(0)), out)));
    return ExitCode.DONE;
  }
}
