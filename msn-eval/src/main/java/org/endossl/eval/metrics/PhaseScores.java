package org.endossl.eval.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;

/**
 * The usual scores phase by phase, as fractions. A score is NaN where the phase does not occur:
 * pooled over frames, neither labelled nor predicted; per video, not labelled in any video.
 */
public final class PhaseScores {
  private PhaseScores() {}

  /**
   * One phase.
   *
   * @param name of the phase
   * @param precision tp / predicted, 0 if never predicted
   * @param recall tp / labelled, 0 if predicted but never labelled
   * @param f1 2 tp / (labelled + predicted)
   * @param jaccard tp / (labelled or predicted)
   * @param support frames, or videos, with the label
   */
  public record Phase(
      String name, double precision, double recall, double f1, double jaccard, long support) {}

  /** Scores of all frames pooled. */
  public static List<Phase> ofFrames(List<String> names, SortedMap<String, Confusion> videos) {
    Confusion pooled = EndosslMetrics.pool(videos);
    List<Phase> phases = new ArrayList<>();
    for (int c = 0; c < names.size(); c++) {
      phases.add(phase(names.get(c), pooled, c));
    }
    return phases;
  }

  /** Means over the videos in which the phase is labelled. */
  public static List<Phase> ofVideos(List<String> names, SortedMap<String, Confusion> videos) {
    List<Phase> phases = new ArrayList<>();
    for (int c = 0; c < names.size(); c++) {
      double[] sums = new double[4];
      int n = 0;
      for (Confusion video : videos.values()) {
        if (video.labelled(c) > 0) {
          sums[0] += video.precision(c);
          sums[1] += video.recall(c);
          sums[2] += video.f1(c);
          sums[3] += video.jaccard(c);
          n++;
        }
      }
      // 0 / 0 is the NaN that is meant.
      phases.add(new Phase(names.get(c), sums[0] / n, sums[1] / n, sums[2] / n, sums[3] / n, n));
    }
    return phases;
  }

  private static Phase phase(String name, Confusion m, int c) {
    if (!m.occurs(c)) {
      return new Phase(name, Double.NaN, Double.NaN, Double.NaN, Double.NaN, 0);
    }
    return new Phase(name, m.precision(c), m.recall(c), m.f1(c), m.jaccard(c), m.labelled(c));
  }
}
