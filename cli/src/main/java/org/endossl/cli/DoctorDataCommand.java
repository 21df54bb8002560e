package org.endossl.cli;

import com.beust.jcommander.Parameter;
import com.google.gson.GsonBuilder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.endossl.tfrecords.OutputFiles;
import org.endossl.tfrecords.RecordFiles;
import org.endossl.tfrecords.check.DataCheck;
import org.endossl.tfrecords.check.DataCheckRequest;
import org.endossl.tfrecords.check.DataReport;
import org.jspecify.annotations.Nullable;

/** {@code endossl doctor data}: whether a data set is what one believes it to be. */
final class DoctorDataCommand extends Command {
  @Parameter(description = "FILE...")
  List<String> files = new ArrayList<>();

  @Parameter(
      names = "--videos",
      splitter = WholeValue.class,
      description = "IDS: the videos that must be there, such as 1-80; else any")
  @Nullable String videos;

  @Parameter(
      names = "--split",
      splitter = WholeValue.class,
      description = "PART=IDS: such as train=1-40; repeatable")
  List<String> splits = new ArrayList<>();

  @Parameter(names = "--every", description = "decode one frame in N to find black ones; 0: none")
  int every = 1;

  @Parameter(names = "--json", description = "FILE: the report as JSON")
  @Nullable Path json;

  @Parameter(names = "--html", description = "FILE: the report as one HTML file")
  @Nullable Path html;

  @Override
  String arguments() {
    return "FILE...";
  }

  @Override
  String details() {
    return """
        Reads everything: damaged records, expected videos, gaps and counts of frames, copies, black
        and still frames, the order of the phases, instruments, videos and images in two parts of a
        split, size. Exit code 3 if something is wrong; what may be right is a note.
        """;
  }

  @Override
  String example() {
    return "doctor data data/cholec80 --videos 1-80 --split train=1-40 --split validation=41-48"
        + " --split test=49-80 --html data.html";
  }

  @Override
  int run(Terminal terminal) throws Exception {
    if (files.isEmpty()) {
      throw new UsageException("wanted files, globs or directories of records");
    }
    DataCheckRequest request =
        new DataCheckRequest(
            RecordFiles.list(files),
            videos == null ? List.of() : FeaturesCommand.videos(List.of(videos)),
            parts(splits),
            every);
    DataReport report;
    try (ProgressLine line = new ProgressLine(terminal, "doctor")) {
      report = DataCheck.run(request, done -> line.show(0, done + " frames looked at"));
    }
    report.text(terminal.out()::println);
    if (json != null) {
      String text = new GsonBuilder().setPrettyPrinting().create().toJson(report.toJson());
      OutputFiles.write(json, (text + "\n").getBytes(StandardCharsets.UTF_8));
    }
    if (html != null) {
      OutputFiles.write(html, report.toHtml().getBytes(StandardCharsets.UTF_8));
    }
    terminal.out().println();
    terminal
        .out()
        .println(
            (report.sound() ? "the data are sound" : "something is wrong, see above")
                + " ("
                + report.counted()
                + ")");
    return report.sound() ? ExitCode.DONE : ExitCode.DATA;
  }

  private static Map<String, List<String>> parts(List<String> splits) {
    Map<String, List<String>> parts = new LinkedHashMap<>();
    for (String split : splits) {
      int equals = split.indexOf('=');
      String part = equals < 0 ? "" : split.substring(0, equals).strip();
      if (part.isEmpty() || parts.containsKey(part)) {
        throw new UsageException(
            String.format(
                Locale.ROOT,
                "--split %s: wanted PART=IDS such as train=1-40, each part once",
                split));
      }
      parts.put(part, FeaturesCommand.videos(List.of(split.substring(equals + 1))));
    }
    return parts;
  }
}
