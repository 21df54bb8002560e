package org.endossl.eval.metrics;

import java.util.Arrays;
import java.util.List;

/**
 * The tool scores of endossl ({@code train/eval_lib.py}, {@code calc_map}): scikit-learn's average
 * precision per class and their mean, in percent, rounded to two decimals. A class without
 * positives has 0.
 *
 * @param map mean of the classes' average precision
 * @param perClass average precision of each class
 */
public record ToolMetrics(double map, List<Double> perClass) {
  public ToolMetrics {
    perClass = List.copyOf(perClass);
  }

  /**
   * Scores frames.
   *
   * @param labels [frames][classes], whether the tool is there
   * @param scores [frames][classes], larger means surer; the scale does not matter
   * @throws IllegalArgumentException if sizes differ, nothing is there or a score is NaN
   */
  public static ToolMetrics of(boolean[][] labels, double[][] scores) {
    if (labels.length == 0 || labels.length != scores.length) {
      throw new IllegalArgumentException(
          labels.length + " rows of labels and " + scores.length + " of scores");
    }
    int classes = labels[0].length;
    double[] precisions = new double[classes];
    for (int c = 0; c < classes; c++) {
      precisions[c] = averagePrecision(labels, scores, c);
    }
    double sum = 0;
    for (double precision : precisions) {
      sum += precision;
    }
    return new ToolMetrics(
        NumPy.around2(sum / classes * 100),
        Arrays.stream(precisions).map(p -> NumPy.around2(p * 100)).boxed().toList());
  }

  /** Sum over distinct scores, from the largest, of recall gained times precision there. */
  private static double averagePrecision(boolean[][] labels, double[][] scores, int c) {
    int n = labels.length;
    int positives = 0;
    double[] keys = new double[n];
    for (int i = 0; i < n; i++) {
      if (Double.isNaN(scores[i][c])) {
        throw new IllegalArgumentException("row " + i + ", class " + c + ": the score is NaN");
      }
      keys[i] = scores[i][c];
      positives += labels[i][c] ? 1 : 0;
    }
    if (positives == 0) {
      return 0;
    }
    Integer[] order = new Integer[n];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, (a, b) -> Double.compare(keys[b], keys[a]));
    double sum = 0;
    double recall = 0;
    int hits = 0;
    for (int i = 0; i < n; i++) {
      hits += labels[order[i]][c] ? 1 : 0;
      // Equal scores are one threshold.
      if (i == n - 1 || keys[order[i]] != keys[order[i + 1]]) {
        double here = (double) hits / positives;
        sum += (here - recall) * ((double) hits / (i + 1));
        recall = here;
      }
    }
    return sum;
  }
}
