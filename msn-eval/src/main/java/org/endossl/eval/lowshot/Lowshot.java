package org.endossl.eval.lowshot;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.endossl.data.Split;
import org.endossl.eval.Progress;
import org.endossl.eval.ProgressListener;
import org.endossl.eval.features.FeatureSet;
import org.endossl.eval.features.FrameTable;
import org.endossl.eval.features.Matrix;
import org.endossl.eval.metrics.Bootstrap;
import org.endossl.eval.metrics.MetricsResult;
import org.endossl.eval.metrics.Predictions;
import org.endossl.eval.metrics.Score;
import org.endossl.eval.metrics.Wilcoxon;
import org.endossl.eval.probe.LinearProbe;
import org.endossl.eval.probe.LogisticRegression;
import org.endossl.eval.probe.Scaling;
import org.endossl.tfrecords.PhaseOrder;
import org.jspecify.annotations.Nullable;

/**
 * facebookresearch/msn's logistic evaluation ({@code logistic_eval.py}) on videos: L2-regularised
 * logistic regression on centred features of length 1, fitted to few labels. What differs: the
 * penalty is chosen on the validation videos, where the original has one value per number of labels
 * on its command line; frames stand for images, and besides single labels whole videos are drawn.
 */
public final class Lowshot {
  private static final int CLASSES = PhaseOrder.PHASES;

  private Lowshot() {}

  /**
   * Fits every number of labels and every draw.
   *
   * @param name of the features, for tables
   * @throws IllegalArgumentException if the features lack a video of the split
   */
  public static LowshotResult run(
      String name, FeatureSet features, LowshotConfig config, ProgressListener listener) {
    Split split = config.data().split().videos();
    LinearProbe.requireVideos(features.frames(), split);
    FeatureSet train = scaled(features.select(split.train()), config);
    FeatureSet validation =
        split.validation().isEmpty() ? null : scaled(features.select(split.validation()), config);
    FeatureSet test = scaled(features.select(split.test()), config);
    List<Task> tasks = tasks(config);
    int fits = tasks.stream().mapToInt(t -> t.seeds().size()).sum();
    int done = 0;
    long start = System.nanoTime();
    List<LowshotResult.Point> points = new ArrayList<>();
    for (Task task : tasks) {
      List<LowshotResult.Draw> draws = new ArrayList<>();
      for (long seed : task.seeds()) {
        int[] rows = labelled(task, seed, train.frames(), split.train());
        draws.add(draw(seed, train, rows, validation, test, config));
        done++;
        double seconds = Math.max(1e-9, (System.nanoTime() - start) * 1e-9);
        String note =
            String.format(
                Locale.ROOT,
                "%d labels: video_f1 %.2f",
                rows.length,
                draws.get(draws.size() - 1).videoF1());
        listener.progress(new Progress("low-shot", done, fits, "fits", done / seconds, note));
      }
      points.add(new LowshotResult.Point(task.kind(), task.amount(), draws));
    }
    return new LowshotResult(name, config.source(), features.info(), split, points, claim(points));
  }

  /** A number of labels and its draws. */
  private record Task(LowshotResult.Kind kind, double amount, List<Long> seeds) {}

  private static List<Task> tasks(LowshotConfig config) {
    List<Task> tasks = new ArrayList<>();
    for (int videos : config.videos()) {
      tasks.add(new Task(LowshotResult.Kind.VIDEOS, videos, config.seeds()));
    }
    for (double percent : config.percent()) {
      tasks.add(
          new Task(
              LowshotResult.Kind.PERCENT,
              percent,
              percent == 100 ? config.seeds().subList(0, 1) : config.seeds()));
    }
    return tasks;
  }

  /** Rows whose labels are used; a smaller percentage is part of a larger one of the same seed. */
  private static int[] labelled(Task task, long seed, FrameTable frames, List<String> videos) {
    Random random = new Random(seed);
    if (task.kind() == LowshotResult.Kind.VIDEOS) {
      List<String> drawn = new ArrayList<>(videos);
      Collections.shuffle(drawn, random);
      return frames.rowsOf(drawn.subList(0, (int) task.amount()));
    }
    List<Integer> rows = new ArrayList<>();
    for (int i = 0; i < frames.size(); i++) {
      rows.add(i);
    }
    Collections.shuffle(rows, random);
    int n = Math.max(1, (int) Math.round(frames.size() * task.amount() / 100));
    return rows.subList(0, n).stream().mapToInt(Integer::intValue).sorted().toArray();
  }

  private static LowshotResult.Draw draw(
      long seed,
      FeatureSet train,
      int[] rows,
      @Nullable FeatureSet validation,
      FeatureSet test,
      LowshotConfig config) {
    Matrix x = train.matrix().select(rows);
    int[] phases = train.frames().phases();
    int[] targets = Arrays.stream(rows).map(row -> phases[row]).toArray();
    double[] lambdas = config.lambdas().stream().mapToDouble(d -> d).sorted().toArray();
    LogisticRegression best = null;
    double bestScore = Double.NEGATIVE_INFINITY;
    double bestLambda = 0;
    float[] start = new float[0];
    for (int i = lambdas.length - 1; i >= 0; i--) { // from the smoothest, each starts at the last
      double lambda = lambdas[i] / rows.length;
      LogisticRegression fit =
          LogisticRegression.fit(
              new LogisticRegression.Problem(x.values(), targets, x.columns(), CLASSES, lambda),
              start,
              config.iterations(),
              config.tolerance());
      start = fit.weights();
      double score = validation == null ? 0 : scores(fit, validation).endossl().videoF1();
      if (best == null || score > bestScore) {
        best = fit;
        bestScore = score;
        bestLambda = lambdas[i];
      }
    }
    if (best == null) {
      throw new IllegalStateException("no lambdas");
    }
    MetricsResult result = scores(best, test);
    return new LowshotResult.Draw(
        seed,
        rows.length,
        bestLambda,
        result.endossl().videoF1(),
        result.endossl().frameAcc(),
        Arrays.stream(videoF1(result).perVideo()).boxed().toList());
  }

  private static Score videoF1(MetricsResult result) {
    return result.scores().stream()
        .filter(score -> score.key().equals("endossl.video_f1"))
        .findFirst()
        .orElseThrow();
  }

  private static MetricsResult scores(LogisticRegression fit, FeatureSet part) {
    Predictions.Builder rows = new Predictions.Builder();
    float[] logits = new float[CLASSES];
    for (int i = 0; i < part.matrix().rows(); i++) {
      fit.logits(part.matrix().values(), part.matrix().start(i), logits);
      int best = 0;
      for (int c = 1; c < CLASSES; c++) {
        best = logits[c] > logits[best] ? c : best;
      }
      FrameTable.Row row = part.frames().rows().get(i);
      rows.add(row.video(), row.frame(), row.phase(), best);
    }
    return MetricsResult.of(rows.build(PhaseOrder.ENDOSSL));
  }

  /** Each row less its mean, if asked for, to length 1; the set's own copy. */
  private static FeatureSet scaled(FeatureSet set, LowshotConfig config) {
    if (config.centerRows()) {
      Scaling.centerRows(set.matrix());
    }
    Scaling.normalizeRows(set.matrix());
    return set;
  }

  private static LowshotResult.@Nullable Claim claim(List<LowshotResult.Point> points) {
    LowshotResult.Point half = point(points, 50);
    LowshotResult.Point all = point(points, 100);
    if (half == null || all == null) {
      return null;
    }
    List<Double> whole = all.draws().get(0).perVideo();
    double[] differences = new double[whole.size()];
    for (int v = 0; v < differences.length; v++) {
      double mean = 0;
      for (LowshotResult.Draw draw : half.draws()) {
        mean += draw.perVideo().get(v) / half.draws().size();
      }
      differences[v] = mean - whole.get(v);
    }
    Bootstrap.Interval interval =
        Bootstrap.DEFAULT.of(
            differences.length,
            sample -> Arrays.stream(sample).mapToDouble(v -> differences[v]).average().orElse(0));
    return new LowshotResult.Claim(
        Arrays.stream(differences).average().orElse(Double.NaN),
        interval,
        Wilcoxon.of(differences));
  }

  private static LowshotResult.@Nullable Point point(
      List<LowshotResult.Point> points, double percent) {
    for (LowshotResult.Point point : points) {
      if (point.kind() == LowshotResult.Kind.PERCENT && point.amount() == percent) {
        return point;
      }
    }
    return null;
  }
}
