package org.endossl.eval.temporal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.endossl.data.Split;
import org.endossl.eval.Progress;
import org.endossl.eval.ProgressListener;
import org.endossl.eval.features.FeatureSet;
import org.endossl.eval.features.FrameTable;
import org.endossl.eval.metrics.Confusion;
import org.endossl.eval.metrics.Predictions;
import org.endossl.eval.probe.LinearProbe;
import org.endossl.eval.probe.ProbeResult;
import org.endossl.tfrecords.PhaseOrder;
import org.jspecify.annotations.Nullable;

/**
 * Trains a temporal head on the features of whole videos and keeps the epoch with the best frame
 * accuracy of the validation videos. Source: TeCNO ({@code modules/mstcn/tecno.py} of
 * tobiascz/TeCNO). What differs: the loss is of logits, where the original takes the cross-entropy
 * of values that already went through a softmax; features are of a frozen encoder, not of a
 * ResNet50 trained on the phases.
 */
public final class TemporalProbe {
  private static final int CLASSES = PhaseOrder.PHASES;

  private TemporalProbe() {}

  /**
   * Trains on the split's training videos and scores the other two parts.
   *
   * @param name of the features, for tables
   * @throws IllegalArgumentException if the features lack a video of the split
   */
  public static ProbeResult run(
      String name, FeatureSet features, TemporalConfig config, ProgressListener listener) {
    long start = System.nanoTime();
    Split split = config.data().split().videos();
    LinearProbe.requireVideos(features.frames(), split);
    List<Video> train = Video.of(features, split.train());
    List<Video> validation = Video.of(features, split.validation());
    TemporalConfig.Training training = config.training();
    double[] weights = weights(train, training.classWeights());
    try (Head head =
        Head.create(config.head(), features.matrix().columns(), weights, training.seed())) {
      SplittableRandom random = new SplittableRandom(training.seed());
      List<ProbeResult.Epoch> epochs = new ArrayList<>();
      List<float[]> best = List.of();
      int bestEpoch = -1;
      double bestAcc = Double.NEGATIVE_INFINITY;
      for (int e = 0; e < training.epochs(); e++) {
        double loss = head.epoch(train, random.split(), training.learningRate());
        ProbeResult.Epoch epoch = epoch(e, training.learningRate(), loss, head, validation);
        epochs.add(epoch);
        if (validation.isEmpty() || epoch.valAcc() > bestAcc) {
          bestAcc = epoch.valAcc();
          bestEpoch = e;
          best = head.weights();
        }
        double seconds = Math.max(1e-9, (System.nanoTime() - start) * 1e-9);
        listener.progress(
            new Progress(
                "temporal head",
                e + 1,
                training.epochs(),
                "epochs",
                (e + 1) / seconds,
                String.format(Locale.ROOT, "loss %.4f, val_acc %.4f", loss, epoch.valAcc())));
      }
      head.restore(best);
      return new ProbeResult(
          name,
          config.source(),
          features.info(),
          split,
          epochs,
          bestEpoch,
          scored(head, validation),
          scored(head, Video.of(features, split.test())),
          (System.nanoTime() - start) * 1e-9);
    }
  }

  /** 1 for all, or the median of the phases' shares over each; phases that do not occur have 1. */
  static double[] weights(List<Video> train, boolean weigh) {
    double[] counts = new double[CLASSES];
    for (Video video : train) {
      for (int phase : video.phases()) {
        counts[phase]++;
      }
    }
    double[] there = Arrays.stream(counts).filter(n -> n > 0).sorted().toArray();
    double[] weights = new double[CLASSES];
    Arrays.fill(weights, 1);
    int half = there.length / 2;
    double median = there.length % 2 == 1 ? there[half] : (there[half - 1] + there[half]) / 2;
    for (int c = 0; weigh && c < CLASSES; c++) {
      weights[c] = counts[c] > 0 ? median / counts[c] : 1;
    }
    return weights;
  }

  private static ProbeResult.Epoch epoch(
      int e, double rate, double loss, Head head, List<Video> validation) {
    if (validation.isEmpty()) {
      return new ProbeResult.Epoch(e, rate, loss, Double.NaN, Double.NaN, Double.NaN, Double.NaN);
    }
    Confusion confusion = new Confusion(CLASSES);
    double sum = 0;
    int frames = 0;
    for (Video video : validation) {
      float[] logits = head.logits(video);
      for (int i = 0; i < video.frames(); i++) {
        float[] p = probabilities(logits, i);
        sum -= Math.log(Math.max(1e-30, p[video.phases()[i]]));
        confusion.add(video.phases()[i], largest(p));
        frames++;
      }
    }
    double f1 = 0;
    for (int c = 0; c < CLASSES; c++) {
      f1 += confusion.f1(c) / CLASSES;
    }
    return new ProbeResult.Epoch(
        e, rate, loss, Double.NaN, sum / frames, (double) confusion.correct() / frames, f1);
  }

  private static ProbeResult.@Nullable Scored scored(Head head, List<Video> videos) {
    if (videos.isEmpty()) {
      return null;
    }
    Predictions.Builder rows = new Predictions.Builder();
    for (Video video : videos) {
      float[] logits = head.logits(video);
      for (int i = 0; i < video.frames(); i++) {
        float[] p = probabilities(logits, i);
        FrameTable.Row row = video.rows().get(i);
        rows.add(row.video(), row.frame(), row.phase(), largest(p), p);
      }
    }
    return ProbeResult.Scored.of(rows.build(PhaseOrder.ENDOSSL));
  }

  private static float[] probabilities(float[] logits, int frame) {
    float[] p = Arrays.copyOfRange(logits, frame * CLASSES, (frame + 1) * CLASSES);
    double max = Double.NEGATIVE_INFINITY;
    for (float z : p) {
      max = Math.max(max, z);
    }
    double sum = 0;
    for (int c = 0; c < CLASSES; c++) {
      p[c] = (float) Math.exp(p[c] - max);
      sum += p[c];
    }
    for (int c = 0; c < CLASSES; c++) {
      p[c] = (float) (p[c] / sum);
    }
    return p;
  }

  private static int largest(float[] p) {
    int best = 0;
    for (int c = 1; c < p.length; c++) {
      best = p[c] > p[best] ? c : best;
    }
    return best;
  }
}
