package org.endossl.eval.metrics;

import java.util.Arrays;

/** Counts of (label, prediction) pairs; the only thing that phase scores are computed from. */
public final class Confusion {
  private final int classes;
  private final long[] counts;

  /** An empty matrix of {@code classes} rows (labels) and columns (predictions). */
  public Confusion(int classes) {
    if (classes < 1) {
      throw new IllegalArgumentException("classes: got " + classes + ", wanted at least 1");
    }
    this.classes = classes;
    this.counts = new long[classes * classes];
  }

  /** Counts one frame; both in [0, classes). */
  public void add(int label, int prediction) {
    add(label, prediction, 1);
  }

  /** Counts several frames of one label and one prediction. */
  void add(int label, int prediction, long frames) {
    if (label < 0 || label >= classes || prediction < 0 || prediction >= classes) {
      throw new IllegalArgumentException(
          "label "
              + label
              + ", prediction "
              + prediction
              + ": wanted both in [0, "
              + classes
              + ")");
    }
    counts[label * classes + prediction] += frames;
  }

  /** Adds the counts of another matrix of the same size. */
  public void addAll(Confusion other) {
    if (other.classes != classes) {
      throw new IllegalArgumentException(other.classes + " classes, wanted " + classes);
    }
    for (int i = 0; i < counts.length; i++) {
      counts[i] += other.counts[i];
    }
  }

  /** Number of classes. */
  public int classes() {
    return classes;
  }

  /** Frames with this label and this prediction. */
  public long count(int label, int prediction) {
    return counts[label * classes + prediction];
  }

  /** All frames. */
  public long total() {
    return Arrays.stream(counts).sum();
  }

  /** Frames whose prediction is the label. */
  public long correct() {
    long sum = 0;
    for (int c = 0; c < classes; c++) {
      sum += count(c, c);
    }
    return sum;
  }

  /** Frames labelled {@code c}. */
  public long labelled(int c) {
    long sum = 0;
    for (int p = 0; p < classes; p++) {
      sum += count(c, p);
    }
    return sum;
  }

  /** Frames predicted {@code c}. */
  public long predicted(int c) {
    long sum = 0;
    for (int l = 0; l < classes; l++) {
      sum += count(l, c);
    }
    return sum;
  }

  /** Whether {@code c} occurs among the labels or the predictions. */
  public boolean occurs(int c) {
    return labelled(c) + predicted(c) > 0;
  }

  /** tp / predicted; 0 if never predicted, as scikit-learn's {@code zero_division=0}. */
  public double precision(int c) {
    return ratio(count(c, c), predicted(c));
  }

  /** tp / labelled; 0 if never labelled. */
  public double recall(int c) {
    return ratio(count(c, c), labelled(c));
  }

  /** 2 tp / (labelled + predicted); 0 if neither. */
  public double f1(int c) {
    return ratio(2 * count(c, c), labelled(c) + predicted(c));
  }

  /** tp / (labelled or predicted); 0 if neither. */
  public double jaccard(int c) {
    return ratio(count(c, c), labelled(c) + predicted(c) - count(c, c));
  }

  /** A copy, rows are labels. */
  public long[][] toArray() {
    long[][] rows = new long[classes][];
    for (int c = 0; c < classes; c++) {
      rows[c] = Arrays.copyOfRange(counts, c * classes, (c + 1) * classes);
    }
    return rows;
  }

  private static double ratio(long part, long whole) {
    return whole == 0 ? 0 : (double) part / whole;
  }
}
