package org.endossl.eval.report;

import java.nio.file.Path;
import java.util.List;
import org.endossl.eval.WeightsSource;
import org.endossl.tfrecords.BadRecords;
import org.jspecify.annotations.Nullable;

/**
 * A report on a run.
 *
 * @param run a folder of a pre-training run, of probes, or of a demo
 * @param out the HTML file; null for {@code report.html} in the run's folder
 * @param weights to look into; null for those that the folder names
 * @param records where the frames are; empty for where the folder says
 * @param frames how many frames are placed on the map and shown small, evenly spread over the test
 *     videos; 0 leaves out all frames and what needs them
 * @param bad what is done about bad records
 */
public record ReportRequest(
    Path run,
    @Nullable Path out,
    @Nullable WeightsSource weights,
    List<String> records,
    int frames,
    BadRecords bad) {
  /** Frames where nothing else is asked for: ViT-S takes half a minute for them on two cores. */
  public static final int FRAMES = 600;

  private static final int MOST = 2000;

  public ReportRequest {
    records = List.copyOf(records);
    if (frames < 0 || frames > MOST) {
      throw new IllegalArgumentException("frames: got " + frames + ", wanted 0 to " + MOST);
    }
  }

  /** With what the folder names. */
  public ReportRequest(Path run, @Nullable Path out) {
    this(run, out, null, List.of(), FRAMES);
  }

  /** Where a bad record is an error. */
  public ReportRequest(
      Path run,
      @Nullable Path out,
      @Nullable WeightsSource weights,
      List<String> records,
      int frames) {
    this(run, out, weights, records, frames, BadRecords.fail());
  }

  /** The file that will be written. */
  public Path file() {
    return out == null ? run.resolve("report.html") : out;
  }
}
