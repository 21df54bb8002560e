package org.endossl.cli;

import com.beust.jcommander.Parameter;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.endossl.tfrecords.BadRecords;
import org.endossl.tfrecords.Compression;
import org.endossl.tfrecords.ImageSize;
import org.endossl.tfrecords.PhaseOrder;
import org.endossl.tfrecords.RecordFiles;
import org.endossl.tfrecords.Share;
import org.endossl.tfrecords.convert.BorderCrop;
import org.endossl.tfrecords.convert.BoxConverter;
import org.endossl.tfrecords.convert.ConvertProgress;
import org.endossl.tfrecords.convert.ConvertReport;
import org.endossl.tfrecords.convert.ConvertRequest;
import org.endossl.tfrecords.convert.Editing;
import org.endossl.tfrecords.convert.FrameFilter;
import org.endossl.tfrecords.convert.FramesConverter;
import org.endossl.tfrecords.convert.FramesExporter;
import org.endossl.tfrecords.video.Decoder;
import org.jspecify.annotations.Nullable;

/** {@code endossl convert}: Cholec80's videos or extracted frames to TFRecords. */
final class ConvertCommand extends Command {
  @Parameter(names = "--input", required = true, description = "DIR: Cholec80, see above")
  Path input = Path.of("");

  @Parameter(names = "--out", required = true, description = "DIR: where the records go")
  Path out = Path.of("");

  @Parameter(
      names = "--layout",
      description = "LAYOUT: frames, videos, or auto: frames if there are any; records; boxes")
  String layout = "auto";

  @Parameter(
      names = "--videos",
      description = "V1,V2: only these, such as video01,video02; else all")
  List<String> videos = new ArrayList<>();

  @Parameter(names = "--fps", description = "frames per second of the records, up to 25")
  double framesPerSecond = 1;

  @Parameter(
      names = "--extracted-fps",
      description = "frames per second of extracted frames; --fps may be a whole part of it")
  double extractedRate = 1;

  @Parameter(
      names = "--shard",
      description = "K/N: only every N-th video from the K-th on, for N processes with one --out")
  String shard = "1/1";

  @Parameter(
      names = "--decoder",
      description = "WHAT: in-process, path (the ffmpeg there), or auto: in-process if it loads")
  String decoder = "auto";

  @Parameter(names = "--size", description = "WxH: resize frames; else their bytes are kept")
  @Nullable String size;

  @Parameter(names = "--compression", description = "KIND: none, gzip or zlib")
  String compression = "none";

  @Parameter(names = "--shards", description = "files per video")
  int shards = 1;

  @Parameter(
      names = "--phase-order",
      description = "ORDER: how phases are numbered: tf-cholec80, endossl, tmrnet")
  String phaseOrder = PhaseOrder.TF_CHOLEC80.key();

  @Parameter(names = "--crop", description = "cut off the black border, before resizing")
  boolean crop;

  @Parameter(
      names = "--drop",
      description = "F1,F2: leave out frames: black, out-of-body, or black:8, out-of-body:0.1")
  List<String> drop = new ArrayList<>();

  @Parameter(names = "--on-bad-record", description = OnBadRecord.TEXT)
  String onBadRecord = "fail";

  @Parameter(names = "--no-tools", description = "without tool annotations; all instruments are 0")
  boolean noTools;

  @Parameter(names = "--resume", description = "pass over videos that are complete in --out")
  boolean resume;

  @Parameter(names = "--workers", description = "videos at a time")
  int workers = Runtime.getRuntime().availableProcessors();

  @Override
  String details() {
    return """
        DIR holds phase_annotations/, tool_annotations/ and either videos/videoNN.mp4 (25 frames per
        second, as Cholec80 is published) or frames/videoNN/*.png (one per second, as endossl reads
        them). A video's files appear complete or not at all.
        --layout records goes the other way: DIR, a record file or a glob, becomes frames/ and
        annotations; with --on-bad-record=skip videos with missing frames are left out as a whole.
        --layout boxes takes PART/Image/ with Pascal VOC's XML in PART/Annotation/, as
        PolypSet has them, and makes PART.tfrecord for classification.
        """;
  }

  @Override
  String example() {
    return "convert --input cholec80 --out data/cholec80";
  }

  @Override
  int run(Terminal terminal) throws Exception {
    if (layout.equals("records")) {
      return export(terminal);
    }
    if (layout.equals("boxes")) {
      return boxes(terminal);
    }
    ConvertRequest request =
        new ConvertRequest(
            input,
            out,
            Choice.of(ConvertRequest.Layout.class, "--layout", layout),
            videos,
            framesPerSecond,
            size == null ? null : ImageSize.parse(size),
            Choice.of(Compression.class, "--compression", compression),
            shards,
            PhaseOrder.of(phaseOrder),
            !noTools,
            resume,
            workers,
            new Editing(
                crop ? BorderCrop.DEFAULT : null, drop.stream().map(FrameFilter::parse).toList()),
            new ConvertRequest.Reading(
                Choice.of(Decoder.class, "--decoder", decoder), extractedRate, Share.parse(shard)));
    ConvertReport report;
    try (ProgressLine line = new ProgressLine(terminal, "convert")) {
      report = FramesConverter.run(request, progress -> show(line, progress));
    }
    print(report, terminal.out());
    return ExitCode.DONE;
  }

  private int export(Terminal terminal) throws IOException {
    BadRecords bad = OnBadRecord.of(onBadRecord);
    long frames;
    try (ProgressLine line = new ProgressLine(terminal, "convert")) {
      frames =
          FramesExporter.run(
              RecordFiles.list(List.of(input.toString())),
              out,
              bad,
              done -> line.show(0, done + " frames"));
    }
    terminal.out().println(frames + " frames with annotations in " + out);
    OnBadRecord.report(bad, terminal.err());
    return ExitCode.DONE;
  }

  private int boxes(Terminal terminal) throws IOException {
    BoxConverter.Report report;
    try (ProgressLine line = new ProgressLine(terminal, "convert")) {
      report =
          BoxConverter.run(
              input,
              out,
              size == null ? null : ImageSize.parse(size),
              done -> line.show(0, done + " images"));
    }
    terminal
        .out()
        .println(
            "images "
                + report.images()
                + " of classes "
                + report.classes()
                + " in "
                + out
                + (report.unboxed() == 0
                    ? ""
                    : "; " + report.unboxed() + " without a box were left out"));
    return ExitCode.DONE;
  }

  private static void show(ProgressLine line, ConvertProgress p) {
    line.show(
        p.framesTotal() == 0 ? 0 : (double) p.frames() / p.framesTotal(),
        String.format(
            Locale.ROOT,
            "%s, %d/%d videos  %d/%d frames  %.1f frames/s  %s left",
            p.video(),
            p.videosDone(),
            p.videos(),
            p.frames(),
            p.framesTotal(),
            p.framesPerSecond(),
            Double.isNaN(p.secondsLeft()) ? "?" : ProgressLine.duration(p.secondsLeft())));
  }

  private void print(ConvertReport report, PrintStream out) {
    for (ConvertReport.Video video : report.videos()) {
      video.warnings().forEach(warning -> out.println("note: " + video.name() + ": " + warning));
      if (video.unannotated() > 0) {
        out.println(
            "note: "
                + video.name()
                + ": "
                + video.unannotated()
                + " frames at the end have no annotation and were left out");
      }
      if (video.dropped() > 0) {
        out.println("note: " + video.name() + ": " + video.dropped() + " frames were dropped");
      }
      if (video.unseen() > 0) {
        out.println(
            "note: "
                + video.name()
                + ": "
                + video.unseen()
                + " annotated frames at the end are not in the input");
      }
    }
    long passed = report.videos().stream().filter(ConvertReport.Video::passedOver).count();
    out.printf(
        Locale.ROOT,
        "%d frames of %d videos in %s%s%n",
        report.frames(),
        report.videos().size() - passed,
        this.out,
        passed == 0 ? "" : "; " + passed + " videos were complete already");
    if (!report.decoder().isEmpty()) {
      out.println("decoded by " + report.decoder());
    }
  }
}
