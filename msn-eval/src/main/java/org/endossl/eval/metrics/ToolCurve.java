package org.endossl.eval.metrics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How well one tool is found, over all thresholds.
 *
 * @param there frames that show it
 * @param averagePrecision scikit-learn's, percent, not rounded; 0 if no frame shows it
 * @param interval of it over videos, 95 percent
 * @param recall percent, rising, at most a hundred points
 * @param precision percent, at each of them
 */
public record ToolCurve(
    long there,
    double averagePrecision,
    Bootstrap.Interval interval,
    List<Double> recall,
    List<Double> precision) {
  private static final double STEP = 1; // of recall between points, percent

  public ToolCurve {
    recall = List.copyOf(recall);
    precision = List.copyOf(precision);
  }

  /** The curve of an instrument. */
  public static ToolCurve of(ToolPredictions predictions, int instrument, Bootstrap bootstrap) {
    ToolPredictions.Table table = predictions.table();
    int videos = predictions.videos().size();
    Integer[] order = new Integer[table.labels().length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(
        order,
        (a, b) -> Float.compare(table.logits()[b][instrument], table.logits()[a][instrument]));
    int[] all = new int[videos];
    Arrays.fill(all, 1);
    List<Double> recall = new ArrayList<>();
    List<Double> precision = new ArrayList<>();
    double average = average(table, instrument, order, all, recall, precision);
    Bootstrap.Interval interval =
        bootstrap.of(
            videos,
            sample -> {
              int[] times = new int[videos];
              for (int video : sample) {
                times[video]++;
              }
              return average(table, instrument, order, times, null, null);
            });
    long there = 0;
    for (boolean[] row : table.labels()) {
      there += row[instrument] ? 1 : 0;
    }
    return new ToolCurve(there, there == 0 ? 0 : average, interval, recall, precision);
  }

  /** Each video so many times; NaN if none of them shows the instrument. */
  private static double average(
      ToolPredictions.Table table,
      int instrument,
      Integer[] order,
      int[] times,
      @Nullable List<Double> recalls,
      @Nullable List<Double> precisions) {
    long positives = 0;
    for (int i = 0; i < order.length; i++) {
      positives += table.labels()[i][instrument] ? times[table.videos()[i]] : 0;
    }
    if (positives == 0) {
      return Double.NaN;
    }
    double sum = 0;
    double recall = 0;
    long hits = 0;
    long seen = 0;
    double last = -STEP;
    for (int i = 0; i < order.length; i++) {
      int row = order[i];
      int weight = times[table.videos()[row]];
      seen += weight;
      hits += table.labels()[row][instrument] ? weight : 0;
      // Equal scores are one threshold.
      boolean ends =
          i == order.length - 1
              || table.logits()[row][instrument] != table.logits()[order[i + 1]][instrument];
      if (ends && seen > 0) {
        double here = (double) hits / positives;
        sum += (here - recall) * ((double) hits / seen);
        recall = here;
        if (recalls != null && precisions != null && hits > 0 && 100 * here >= last + STEP) {
          recalls.add(100 * here);
          precisions.add(100.0 * hits / seen);
          last = 100 * here;
        }
      }
    }
    return 100 * sum;
  }
}
