package org.endossl.eval.metrics;

import java.util.Arrays;
import java.util.List;
import org.endossl.tfrecords.PhaseOrder;

/**
 * One video by the convention of the M2CAI challenge as YuemingJin/TMRNet publishes it for Cholec80
 * ({@code code/eval/result/matlab-eval/Evaluate.m}): within 10 seconds of a true boundary the
 * neighbouring phases count as right. M2CAI's own eight phases have the challenge's script, whose
 * rules are those for Cholec80 one number further. Percent; NaN for a phase that is not in the
 * truth, and for the precision of one that is never predicted and never forgiven (0 / 0 there).
 *
 * @param accuracy share of frames that are right or forgiven
 * @param jaccard per phase, in the order of {@link #order}
 * @param precision likewise; forgiven frames can push it above 100, where the script caps it
 * @param recall likewise
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Relaxed(double accuracy, double[] jaccard, double[] precision, double[] recall) {
  /** Seconds on either side of a boundary. */
  public static final int SECONDS = 10;

  /** What is forgiven. */
  public enum Variant {
    /**
     * The published script, slip included: the mask of early transitions, found in the last 10
     * seconds of a segment, is applied to the segment's first frames.
     */
    LEGACY,
    /** The script as it is meant: early transitions are forgiven where they are. */
    CORRECTED,
    /** Nothing is forgiven; absent phases and means as in the script. */
    STRICT
  }

  /** The order that the lists are in: M2CAI's for its phases, else TMRNet's. */
  public static PhaseOrder order(PhaseOrder predictions) {
    return predictions == PhaseOrder.M2CAI ? PhaseOrder.M2CAI : PhaseOrder.TMRNET;
  }

  /**
   * Scores a video.
   *
   * @param order of the track's classes
   * @param window frames in 10 seconds; unused by {@link Variant#STRICT}
   */
  public static Relaxed of(Track track, PhaseOrder order, Variant variant, int window) {
    boolean[] right = right(track, order, variant, window);
    PhaseOrder to = order(order);
    int phases = to.names().size();
    long[] labelled = new long[phases];
    long[] predicted = new long[phases];
    long[] union = new long[phases];
    long[] hits = new long[phases];
    long all = 0;
    for (int i = 0; i < right.length; i++) {
      int label = order.convert(track.label(i), to);
      int prediction = order.convert(track.prediction(i), to);
      int hit = right[i] ? 1 : 0;
      labelled[label]++;
      predicted[prediction]++;
      union[label]++;
      hits[label] += hit;
      if (prediction != label) {
        union[prediction]++;
        hits[prediction] += hit;
      }
      all += hit;
    }
    double[] jaccard = new double[phases];
    double[] precision = new double[phases];
    double[] recall = new double[phases];
    for (int p = 0; p < phases; p++) {
      if (labelled[p] == 0) {
        jaccard[p] = Double.NaN;
        precision[p] = Double.NaN;
        recall[p] = Double.NaN;
      } else {
        jaccard[p] = capped(hits[p], union[p]);
        precision[p] = capped(hits[p], predicted[p]);
        recall[p] = capped(hits[p], labelled[p]);
      }
    }
    return new Relaxed((double) all / right.length * 100, jaccard, precision, recall);
  }

  private static double capped(long part, long whole) {
    return Math.min(100, part * 100.0 / whole);
  }

  private static boolean[] right(Track track, PhaseOrder order, Variant variant, int window) {
    int n = track.size();
    PhaseOrder to = order(order);
    int before = to == PhaseOrder.M2CAI ? 1 : 0; // phases ahead of Cholec80's
    boolean[] right = new boolean[n];
    for (Segment segment : Segment.truth(track)) {
      int length = segment.end() - segment.start();
      int phase = order.convert(segment.phase(), to);
      int[] off = new int[length];
      for (int i = 0; i < length; i++) {
        off[i] = order.convert(track.prediction(segment.start() + i), to) - phase;
      }
      if (variant != Variant.STRICT) {
        forgive(off, phase - before, Math.min(window, length), variant == Variant.LEGACY);
      }
      for (int i = 0; i < length; i++) {
        right[segment.start() + i] = off[i] == 0;
      }
    }
    return right;
  }

  /** Sets differences near the segment's ends to 0: late transitions first, then early ones. */
  private static void forgive(int[] off, int phase, int window, boolean legacy) {
    // Packaging, cleaning and retraction come in several orders.
    boolean lateByTwo = phase >= 5;
    boolean earlyByTwo = phase >= 3;
    for (int i = 0; i < window; i++) {
      if (off[i] == -1 || (lateByTwo && off[i] == -2)) {
        off[i] = 0;
      }
    }
    int end = off.length - window;
    boolean[] early = new boolean[window];
    for (int i = 0; i < window; i++) {
      early[i] = off[end + i] == 1 || (earlyByTwo && off[end + i] == 2);
    }
    for (int i = 0; i < window; i++) {
      if (early[i]) {
        off[legacy ? i : end + i] = 0;
      }
    }
  }

  /**
   * Means and deviations of several videos, by TMRNet's {@code Main.m}.
   *
   * @param accuracy mean over videos
   * @param accuracyDeviation over videos, n - 1
   * @param jaccard mean over phases of the phases' means over videos; NaN if a phase is in no video
   * @param jaccardDeviation over phases, n - 1
   * @param precision likewise, without phases that are in no video
   * @param precisionDeviation likewise
   * @param recall as jaccard
   * @param recallDeviation likewise
   */
  public record Summary(
      double accuracy,
      double accuracyDeviation,
      double jaccard,
      double jaccardDeviation,
      double precision,
      double precisionDeviation,
      double recall,
      double recallDeviation) {

    /** Of several videos. */
    public static Summary of(List<Relaxed> videos) {
      double[] accuracy = videos.stream().mapToDouble(Relaxed::accuracy).toArray();
      double[] jaccard = phases(videos, Part.JACCARD)[0];
      double[] precision = present(phases(videos, Part.PRECISION)[0]);
      double[] recall = phases(videos, Part.RECALL)[0];
      return new Summary(
          mean(accuracy),
          deviation(accuracy),
          mean(jaccard),
          deviation(jaccard),
          mean(precision),
          deviation(precision),
          mean(recall),
          deviation(recall));
    }
  }

  /** A score of a phase. */
  public enum Part {
    /** Common frames over frames of either. */
    JACCARD,
    /** Right frames over predicted ones. */
    PRECISION,
    /** Right frames over true ones. */
    RECALL;

    double[] of(Relaxed video) {
      return switch (this) {
        case JACCARD -> video.jaccard();
        case PRECISION -> video.precision();
        case RECALL -> video.recall();
      };
    }
  }

  /** Per phase the mean over the videos that have it, and the deviation (n - 1). */
  public static double[][] phases(List<Relaxed> videos, Part part) {
    int phases = videos.get(0).recall().length;
    double[][] both = new double[2][phases];
    for (int p = 0; p < phases; p++) {
      int phase = p;
      double[] values = present(videos.stream().mapToDouble(v -> part.of(v)[phase]).toArray());
      both[0][p] = mean(values);
      both[1][p] = deviation(values);
    }
    return both;
  }

  static double[] present(double[] values) {
    return Arrays.stream(values).filter(v -> !Double.isNaN(v)).toArray();
  }

  static double mean(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum / values.length;
  }

  /** MATLAB's {@code std}: 0 for a single value. */
  static double deviation(double[] values) {
    if (values.length == 1) {
      return Double.isNaN(values[0]) ? Double.NaN : 0;
    }
    double mean = mean(values);
    double sum = 0;
    for (double value : values) {
      sum += (value - mean) * (value - mean);
    }
    return values.length == 0 ? Double.NaN : Math.sqrt(sum / (values.length - 1));
  }
}
