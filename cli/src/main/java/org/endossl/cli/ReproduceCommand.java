package org.endossl.cli;

import com.beust.jcommander.Parameter;
import java.nio.file.Path;
import org.endossl.eval.suite.Suite;
import org.endossl.eval.suite.SuiteRequest;
import org.endossl.eval.suite.SuiteResult;
import org.endossl.tfrecords.BadRecords;
import org.jspecify.annotations.Nullable;

/** {@code endossl reproduce}: the published numbers whose weights and data are there. */
final class ReproduceCommand extends Command {
  @Parameter(names = "--suite", description = "FILE.yaml: the numbers")
  Path suite = Home.file("configs/suites/paper.yaml");

  @Parameter(
      names = "--work",
      description = "DIR: with weights and data as docs/evaluation.md says, and for results")
  Path work = Path.of("runs", "reproduce");

  @Parameter(names = "--junit", description = "F.xml: also write the rows as JUnit's XML")
  @Nullable Path junit;

  @Parameter(names = "--json", description = "F.json: also write rows and all their scores")
  @Nullable Path json;

  @Parameter(names = "--on-bad-record", description = OnBadRecord.TEXT)
  String onBadRecord = "fail";

  @Override
  String details() {
    return """
    Runs the rows whose weights and data are there and lists those that are not. Exit code 0
    when every number was reached, 1 when one was missed, 3 when none was missed but some could
    not be run: what was not run never passes.
    """;
  }

  @Override
  String example() {
    return "reproduce --work /data/endossl --json reproduce.json";
  }

  @Override
  boolean usesTensorFlow() {
    return true;
  }

  @Override
  int run(Terminal terminal) throws Exception {
    BadRecords bad = OnBadRecord.of(onBadRecord);
    SuiteResult result;
    try (StageProgress progress = new StageProgress(terminal)) {
      result =
          Suite.run(new SuiteRequest(suite, Home.file(""), work, true, junit, json, bad), progress);
    }
    OnBadRecord.report(bad, terminal.err());
    SuiteTable.print(result, terminal.out());
    if (result.count(SuiteResult.State.MISSED) > 0) {
      return ExitCode.BAR_MISSED;
    }
    long absent = result.count(SuiteResult.State.NOT_RUN);
    if (absent > 0) {
      terminal
          .err()
          .println(
              "endossl reproduce: "
                  + absent
                  + " of "
                  + result.rows().size()
                  + " numbers were not run; see the list for what each needs");
      return ExitCode.DATA;
    }
    return ExitCode.DONE;
  }
}
