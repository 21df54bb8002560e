package org.endossl.eval.metrics;

/**
 * The metrics that endossl trains under ({@code train/train_lib.py}, {@code get_metrics}): Keras
 * 2's and TensorFlow Addons', on logits of a whole set of rows, in float32 where those are.
 */
public final class KerasMetrics {
  /** {@code AUC}'s default. */
  private static final int THRESHOLDS = 200;

  /** Below this a prediction is none, in TensorFlow Addons' F-score. */
  private static final double NOTHING = 1e-12;

  private KerasMetrics() {}

  /** Predictions of one class, or of all. */
  private static final class Counts {
    private double hits;
    private double falseAlarms;
    private double misses;

    void add(boolean label, boolean predicted) {
      hits += label && predicted ? 1 : 0;
      falseAlarms += !label && predicted ? 1 : 0;
      misses += label && !predicted ? 1 : 0;
    }

    double precision() {
      return ratio(hits, hits + falseAlarms);
    }

    double f1() {
      double precision = precision();
      double recall = ratio(hits, hits + misses);
      return ratio(2 * precision * recall, precision + recall);
    }
  }

  /** 0 where there is nothing to divide by, as {@code divide_no_nan}. */
  private static double ratio(double a, double b) {
    return b == 0 ? 0 : a / b;
  }

  /**
   * {@code micro_f1}: the F-score of all classes' decisions together. Every class that shares the
   * largest logit counts as predicted, and none where that is 0, as in TensorFlow Addons.
   *
   * @param labels a class per row
   * @param logits [rows][classes]
   * @throws IllegalArgumentException if there are no rows, their numbers differ, or a label is no
   *     class
   */
  public static double microF1(int[] labels, float[][] logits) {
    return f1(labels, logits, true);
  }

  /** {@code macro_f1}: the mean of the classes' F-scores; otherwise as {@link #microF1}. */
  public static double macroF1(int[] labels, float[][] logits) {
    return f1(labels, logits, false);
  }

  private static double f1(int[] labels, float[][] logits, boolean micro) {
    int classes = check(labels.length, logits);
    Counts[] counts = new Counts[micro ? 1 : classes];
    for (int c = 0; c < counts.length; c++) {
      counts[c] = new Counts();
    }
    for (int i = 0; i < labels.length; i++) {
      float largest = logits[i][argmax(labels[i], logits[i])];
      for (int c = 0; c < classes; c++) {
        boolean predicted = logits[i][c] >= largest && Math.abs(logits[i][c]) > NOTHING;
        counts[micro ? 0 : c].add(labels[i] == c, predicted);
      }
    }
    double sum = 0;
    for (Counts each : counts) {
      sum += each.f1();
    }
    return sum / counts.length;
  }

  /**
   * {@code sparse_categorical_accuracy}: how often the first largest logit is the label's.
   *
   * @throws IllegalArgumentException as {@link #microF1}
   */
  public static double sparseCategoricalAccuracy(int[] labels, float[][] logits) {
    check(labels.length, logits);
    int right = 0;
    for (int i = 0; i < labels.length; i++) {
      right += argmax(labels[i], logits[i]) == labels[i] ? 1 : 0;
    }
    return (double) right / labels.length;
  }

  private static int argmax(int label, float[] logits) {
    if (label < 0 || label >= logits.length) {
      throw new IllegalArgumentException("label " + label + " of " + logits.length + " classes");
    }
    return Logits.argmax(logits);
  }

  /**
   * {@code precision} of all decisions of all classes. A logit over 0.5 is a decision: endossl
   * gives logits to Keras' threshold for probabilities.
   *
   * @param labels [rows][classes]
   * @param logits [rows][classes]
   * @throws IllegalArgumentException if there are no rows or sizes differ
   */
  public static double precision(boolean[][] labels, float[][] logits) {
    check(labels, logits);
    Counts counts = new Counts();
    for (int i = 0; i < labels.length; i++) {
      for (int c = 0; c < labels[i].length; c++) {
        counts.add(labels[i][c], logits[i][c] > 0.5f);
      }
    }
    return counts.precision();
  }

  /**
   * {@code pr_auc}: the mean over classes of the area under precision and recall at 200 evenly
   * spaced thresholds of the probability, interpolated after Davis and Goadrich 2006. Source: Keras
   * {@code AUC(curve="PR", multi_label=True, from_logits=True)}.
   *
   * @throws IllegalArgumentException as {@link #precision}
   */
  public static double prAuc(boolean[][] labels, float[][] logits) {
    int classes = check(labels, logits);
    double sum = 0;
    for (int c = 0; c < classes; c++) {
      double[] hits = new double[THRESHOLDS];
      double[] all = new double[THRESHOLDS];
      double positives = 0;
      for (int i = 0; i < labels.length; i++) {
        int bucket = bucket(logits[i][c]);
        all[bucket]++;
        hits[bucket] += labels[i][c] ? 1 : 0;
        positives += labels[i][c] ? 1 : 0;
      }
      for (int t = THRESHOLDS - 2; t >= 0; t--) { // now: predicted at threshold t
        all[t] += all[t + 1];
        hits[t] += hits[t + 1];
      }
      sum += area(hits, all, positives);
    }
    return sum / classes;
  }

  /** The last threshold that the probability is over. */
  private static int bucket(float logit) {
    float probability = (float) (1 / (1 + Math.exp(-logit)));
    return (int) Math.max(0, Math.ceil(probability * (THRESHOLDS - 1)) - 1);
  }

  private static double area(double[] hits, double[] all, double positives) {
    double area = 0;
    for (int t = 0; t < THRESHOLDS - 1; t++) {
      double gained = hits[t] - hits[t + 1];
      double slope = ratio(gained, all[t] - all[t + 1]);
      double intercept = hits[t + 1] - slope * all[t + 1];
      double growth = all[t] > 0 && all[t + 1] > 0 ? all[t] / all[t + 1] : 1;
      area += ratio(slope * (gained + intercept * Math.log(growth)), positives);
    }
    return area;
  }

  private static int check(boolean[][] labels, float[][] logits) {
    int classes = check(labels.length, logits);
    for (boolean[] row : labels) {
      if (row.length != classes) {
        throw new IllegalArgumentException(row.length + " labels of " + classes + " classes");
      }
    }
    return classes;
  }

  private static int check(int rows, float[][] logits) {
    if (rows == 0 || rows != logits.length) {
      throw new IllegalArgumentException(rows + " rows of labels, " + logits.length + " of logits");
    }
    for (float[] row : logits) {
      if (row.length != logits[0].length || row.length == 0) {
        throw new IllegalArgumentException("rows of " + logits[0].length + " and " + row.length);
      }
    }
    return logits[0].length;
  }
}
