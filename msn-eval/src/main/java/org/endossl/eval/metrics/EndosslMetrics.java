package org.endossl.eval.metrics;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;

/**
 * The phase scores of endossl ({@code train/eval_lib.py}, {@code calc_f1} with {@code
 * agg='video'}): per video scikit-learn's precision, recall and F1 over the union of the true and
 * the predicted classes, their plain mean, then the mean over videos. All in percent, rounded to
 * two decimals, halves to even.
 *
 * @param videoAcc mean over videos of the share of right frames
 * @param videoPrecision mean over videos of the macro precision
 * @param videoRecall mean over videos of the macro recall
 * @param videoF1 mean over videos of the macro F1
 * @param frameAcc share of right frames, all videos pooled
 * @param frameMacroF1 macro F1, all videos pooled
 * @param frameMicroF1 F1 weighted by support, all videos pooled; endossl prints it under this name
 */
public record EndosslMetrics(
    double videoAcc,
    double videoPrecision,
    double videoRecall,
    double videoF1,
    double frameAcc,
    double frameMacroF1,
    double frameMicroF1) {

  /**
   * Scores the confusion matrices of videos.
   *
   * @param videos one matrix per video, none of them empty
   * @throws IllegalArgumentException if there is no video or one without frames
   */
  public static EndosslMetrics of(SortedMap<String, Confusion> videos) {
    Confusion pooled = pool(videos);
    double[] accuracies = new double[videos.size()];
    double[] sums = new double[3];
    int i = 0;
    for (Confusion video : videos.values()) {
      accuracies[i++] = accuracy(video);
      double[] scores = macro(video);
      for (int k = 0; k < sums.length; k++) {
        sums[k] += scores[k] * 100;
      }
    }
    int n = videos.size();
    return new EndosslMetrics(
        NumPy.around2(NumPy.mean(accuracies)),
        NumPy.around2(sums[0] / n),
        NumPy.around2(sums[1] / n),
        NumPy.around2(sums[2] / n),
        NumPy.around2((double) pooled.correct() / pooled.total() * 100),
        NumPy.around2(macro(pooled)[2] * 100),
        NumPy.around2(weightedF1(pooled) * 100));
  }

  /**
   * What {@code calc_f1} returns with {@code agg='frame'}.
   *
   * @param acc share of right frames in percent
   * @param f1 macro F1 in percent
   */
  public record Frame(double acc, double f1) {
    /** Scores all frames of all videos together. */
    public static Frame of(SortedMap<String, Confusion> videos) {
      Confusion pooled = pool(videos);
      return new Frame(NumPy.around2(accuracy(pooled)), NumPy.around2(macro(pooled)[2] * 100));
    }

    /** The scores under the names that endossl gives them. */
    public Map<String, Double> values() {
      Map<String, Double> values = new LinkedHashMap<>();
      values.put("acc", acc);
      values.put("f1", f1);
      return values;
    }
  }

  /** The scores under the names that endossl prints, in its order. */
  public Map<String, Double> values() {
    Map<String, Double> values = new LinkedHashMap<>();
    values.put("video_acc", videoAcc);
    values.put("video_precision", videoPrecision);
    values.put("video_recall", videoRecall);
    values.put("video_f1", videoF1);
    values.put("frame_acc", frameAcc);
    values.put("frame_macro_f1", frameMacroF1);
    values.put("frame_micro_f1", frameMicroF1);
    return values;
  }

  /** The sum of the videos' matrices. */
  static Confusion pool(SortedMap<String, Confusion> videos) {
    if (videos.isEmpty()) {
      throw new IllegalArgumentException("no videos to score");
    }
    Confusion pooled = new Confusion(videos.values().iterator().next().classes());
    videos.forEach(
        (name, video) -> {
          if (video.total() == 0) {
            throw new IllegalArgumentException(name + " has no frames to score");
          }
          pooled.addAll(video);
        });
    return pooled;
  }

  static double accuracy(Confusion c) {
    return (double) (c.correct() * 100) / c.total();
  }

  /** Precision, recall and F1, each averaged over the classes that occur. */
  static double[] macro(Confusion c) {
    double[] sums = new double[3];
    int present = 0;
    for (int k = 0; k < c.classes(); k++) {
      if (c.occurs(k)) {
        sums[0] += c.precision(k);
        sums[1] += c.recall(k);
        sums[2] += c.f1(k);
        present++;
      }
    }
    for (int k = 0; k < sums.length; k++) {
      sums[k] /= present;
    }
    return sums;
  }

  static double weightedF1(Confusion c) {
    double sum = 0;
    for (int k = 0; k < c.classes(); k++) {
      sum += c.f1(k) * c.labelled(k);
    }
    return sum / c.total();
  }
}
