package org.endossl.cli;

import com.beust.jcommander.Parameter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.endossl.eval.suite.Suite;
import org.endossl.eval.suite.SuiteRequest;
import org.endossl.eval.suite.SuiteResult;
import org.endossl.tfrecords.BadRecords;
import org.jspecify.annotations.Nullable;

/** {@code endossl suite run SUITE.yaml}: scores held against bars. */
final class SuiteRunCommand extends Command {
  @Parameter(description = "SUITE.yaml")
  List<String> files = new ArrayList<>();

  @Parameter(names = "--work", description = "DIR: what the suite calls {work}")
  Path work = Path.of("runs", "suite");

  @Parameter(names = "--junit", description = "F.xml: also write the rows as JUnit's XML")
  @Nullable Path junit;

  @Parameter(names = "--json", description = "F.json: also write rows and all their scores")
  @Nullable Path json;

  @Parameter(names = "--on-bad-record", description = OnBadRecord.TEXT)
  String onBadRecord = "fail";

  @Override
  String arguments() {
    return "SUITE.yaml";
  }

  @Override
  String details() {
    return """
    A suite lists weights, data, protocols and bars. Exit code 1 when a bar is missed, with got,
    bar and difference; 3 when weights or data of a row are not there. docs/ci.md shows jobs.
    """;
  }

  @Override
  String example() {
    return "suite run configs/suites/demo.yaml --junit suite.xml --json suite.json";
  }

  @Override
  boolean usesTensorFlow() {
    return true;
  }

  @Override
  int run(Terminal terminal) throws Exception {
    if (files.size() != 1) {
      throw new UsageException("wanted one SUITE.yaml, got " + files.size());
    }
    BadRecords bad = OnBadRecord.of(onBadRecord);
    SuiteResult result;
    try (StageProgress progress = new StageProgress(terminal)) {
      result =
          Suite.run(
              new SuiteRequest(Path.of(files.get(0)), Home.file(""), work, false, junit, json, bad),
              progress);
    }
    OnBadRecord.report(bad, terminal.err());
    SuiteTable.print(result, terminal.out());
    return result.count(SuiteResult.State.MISSED) > 0 ? ExitCode.BAR_MISSED : ExitCode.DONE;
  }
}
