package org.endossl.cli;

import com.beust.jcommander.Parameter;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.endossl.data.synthetic.PublicLayout;
import org.endossl.data.synthetic.SyntheticCholec80;
import org.endossl.data.synthetic.SyntheticConfig;
import org.endossl.tfrecords.video.Decoder;

/** {@code endossl synthetic}: a generated Cholec80-like data set. */
final class SyntheticCommand extends Command {
  private static final Pattern SIZE = Pattern.compile("(\\d{1,6})x(\\d{1,6})");

  @Parameter(names = "--out", required = true, description = "DIR: where the records go")
  Path out = Path.of("");

  @Parameter(names = "--videos", description = "how many videos")
  int videos = 12;

  @Parameter(names = "--frames", description = "frames per video, on average")
  int frames = 120;

  @Parameter(names = "--size", description = "WxH: of a frame, up to 854x480")
  String size = "224x128";

  @Parameter(
      names = "--layout",
      description = "LAYOUT: records; videos: .mp4 with annotations; frames: .png with annotations")
  String layout = "records";

  @Parameter(names = "--seed", description = "the same seed gives the same bytes")
  long seed = 1;

  @Parameter(names = "--workers", description = "videos rendered at once; 0 is one per processor")
  int workers = 0;

  @Override
  String details() {
    return """
        Generated scenes with Cholec80's phases, instruments and proportions, as TFRecords in
        TF-Cholec80's schema. For trying things without the real data. --layout videos and frames
        write what endossl convert reads, as Cholec80 is published.
        """;
  }

  @Override
  String example() {
    return "synthetic --out data/synthetic --videos 12 --frames 120 --size 224x128";
  }

  @Override
  int run(Terminal terminal) throws Exception {
    Matcher matcher = SIZE.matcher(size);
    if (!matcher.matches()) {
      throw new UsageException("--size " + size + ": wanted WIDTHxHEIGHT, such as 224x128");
    }
    SyntheticConfig config =
        new SyntheticConfig(
            seed,
            videos,
            frames,
            Integer.parseInt(matcher.group(1)),
            Integer.parseInt(matcher.group(2)),
            workers);
    if (!List.of("records", "videos", "frames").contains(layout)) {
      throw new UsageException("--layout " + layout + ": wanted records, videos or frames");
    }
    List<Path> files;
    try (ProgressLine progress = new ProgressLine(terminal, "synthetic")) {
      SyntheticCholec80.Listener listener =
          (done, all, file) ->
              progress.showWithTimeLeft((double) done / all, done + "/" + all + " videos");
      files =
          layout.equals("records")
              ? SyntheticCholec80.write(out, config, listener)
              : PublicLayout.write(out, config, layout.equals("videos"), Decoder.AUTO, listener);
    }
    terminal
        .out()
        .println(
            files.size() + (layout.equals("records") ? " record files in " : " videos in ") + out);
    return ExitCode.DONE;
  }
}
