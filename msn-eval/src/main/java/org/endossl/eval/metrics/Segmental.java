package org.endossl.eval.metrics;

import java.util.List;

/**
 * The segmental scores of yabufarha/ms-tcn's {@code eval.py}, without a background class: what Lea
 * et al. 2017 and Farha and Gall 2019 report.
 *
 * @param edit 100 (1 - Levenshtein distance of the two lists of segments / length of the longer)
 * @param hits segments found, for each of {@link #OVERLAPS}
 * @param predicted segments predicted
 * @param truth segments there are
 */
public record Segmental(double edit, List<Integer> hits, int predicted, int truth) {
  /** Share of the union that a predicted segment must have in common with a true one. */
  public static final List<Double> OVERLAPS = List.of(0.10, 0.25, 0.50);

  public Segmental {
    hits = List.copyOf(hits);
  }

  /** Scores one video. */
  public static Segmental of(Track track) {
    List<Segment> truth = Segment.truth(track);
    List<Segment> predicted = Segment.predicted(track);
    double longer = Math.max(truth.size(), predicted.size());
    return new Segmental(
        (1 - distance(predicted, truth) / longer) * 100,
        OVERLAPS.stream().map(overlap -> hits(predicted, truth, overlap)).toList(),
        predicted.size(),
        truth.size());
  }

  /**
   * F1 of the segments of several videos taken together, in percent; 0 if none is found.
   *
   * @param overlap which of {@link #OVERLAPS}
   */
  public static double f1(List<Segmental> videos, int overlap) {
    long hits = 0;
    long predicted = 0;
    long truth = 0;
    for (Segmental video : videos) {
      hits += video.hits().get(overlap);
      predicted += video.predicted();
      truth += video.truth();
    }
    if (hits == 0) {
      return 0;
    }
    double precision = (double) hits / predicted;
    double recall = (double) hits / truth;
    return 2 * (precision * recall) / (precision + recall) * 100;
  }

  /** Insertions, deletions and replacements between the segments' classes; two rows suffice. */
  private static int distance(List<Segment> a, List<Segment> b) {
    int[] above = new int[b.size() + 1];
    for (int j = 0; j < above.length; j++) {
      above[j] = j;
    }
    int[] row = new int[above.length];
    for (int i = 1; i <= a.size(); i++) {
      row[0] = i;
      int phase = a.get(i - 1).phase();
      for (int j = 1; j < row.length; j++) {
        row[j] =
            b.get(j - 1).phase() == phase
                ? above[j - 1]
                : 1 + Math.min(above[j - 1], Math.min(above[j], row[j - 1]));
      }
      int[] free = above;
      above = row;
      row = free;
    }
    return above[b.size()];
  }

  /**
   * Each predicted segment counts for the true one of its class that it overlaps most, the first of
   * equals, and each true one counts once.
   */
  private static int hits(List<Segment> predicted, List<Segment> truth, double overlap) {
    boolean[] taken = new boolean[truth.size()];
    int hits = 0;
    for (Segment p : predicted) {
      int best = -1;
      double most = 0;
      for (int j = 0; j < taken.length; j++) {
        Segment y = truth.get(j);
        if (y.phase() == p.phase()) {
          double common = Math.min(p.end(), y.end()) - Math.max(p.start(), y.start());
          double share = common / (Math.max(p.end(), y.end()) - Math.min(p.start(), y.start()));
          if (share > most) {
            most = share;
            best = j;
          }
        }
      }
      if (best >= 0 && most >= overlap && !taken[best]) {
        taken[best] = true;
        hits++;
      }
    }
    return hits;
  }
}
