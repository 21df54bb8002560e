package org.endossl.eval.metrics;

/**
 * How predictions are scored.
 *
 * @param fps rows of the predictions per second of video, for the relaxed 10 seconds; 0 leaves
 *     relaxed scores out, for a wrong rate would quietly forgive another time
 * @param bins of the calibration error
 * @param gaps whether frames may be missing
 * @param bootstrap of the intervals
 */
public record MetricsOptions(double fps, int bins, boolean gaps, Bootstrap bootstrap) {
  /** No relaxed scores, 15 bins, no gaps. */
  public static final MetricsOptions DEFAULT =
      new MetricsOptions(0, Calibration.BINS, false, Bootstrap.DEFAULT);

  public MetricsOptions {
    if (!(fps >= 0 && fps <= 1000)) {
      throw new IllegalArgumentException(
          "fps: got " + fps + ", wanted the rows per second of video, such as 1 or 25");
    }
  }

  /** The same with a frame rate. */
  public MetricsOptions withFps(double rate) {
    return new MetricsOptions(rate, bins, gaps, bootstrap);
  }

  /** Rows in the relaxed 10 seconds; 0 if there is no rate. */
  public int window() {
    return fps == 0 ? 0 : Math.max(1, (int) Math.round(Relaxed.SECONDS * fps));
  }
}
