package org.endossl.eval.probe;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.endossl.data.Split;
import org.endossl.eval.Progress;
import org.endossl.eval.ProgressListener;
import org.endossl.eval.features.FeatureSet;
import org.endossl.eval.features.FrameTable;
import org.endossl.eval.metrics.Logits;
import org.endossl.eval.metrics.Predictions;
import org.endossl.tfrecords.PhaseOrder;
import org.jspecify.annotations.Nullable;

/**
 * endossl's linear evaluation ({@code down_stream/experiment.py} with {@code
 * is_linear_evaluation}): one dense layer from features to phases. As intended there and not as
 * written: frames are shuffled each epoch (endossl's loader shuffles nothing), validation and test
 * videos are the split's (it reads the training videos for both), and the epoch kept is the best of
 * the validation videos. The same layer with other settings is facebookresearch/msn's linear
 * evaluation ({@code linear_eval.py}).
 */
public final class LinearProbe {
  private static final int CLASSES = PhaseOrder.PHASES;

  private LinearProbe() {}

  /**
   * Trains on the split's training videos and scores the other two parts.
   *
   * @param name of the features, for tables
   * @param out where the best layer is kept while it is trained; null keeps none
   * @throws IllegalArgumentException if the features lack a video of the split, or rates are to be
   *     swept without validation videos to choose by
   */
  public static ProbeResult run(
      String name,
      FeatureSet features,
      ProbeConfig config,
      @Nullable Path out,
      ProgressListener listener)
      throws IOException {
    long start = System.nanoTime();
    Split split = config.data().split().videos();
    requireVideos(features.frames(), split);
    TrainingConfig training = config.training();
    List<OptimizerConfig> trials = config.sweep().trials(training.optimizer());
    if (trials.size() > 1 && split.validation().isEmpty()) {
      throw new IllegalArgumentException(
          "sweep: "
              + trials.size()
              + " settings and no validation videos to choose by; the test videos may not choose");
    }
    FeatureSet train = features.select(split.train());
    Scaling scaling =
        Scaling.of(train.matrix(), training.standardize(), config.layer().scalesFeatures());
    Part fitted = Part.of(train, scaling);
    Part validation = Part.of(features, split.validation(), scaling);
    LinearTask task = LinearTask.of(fitted, validation);
    Best keeper = new Best(training.best().better(), out, scaling);
    List<ProbeResult.Trial> tried = new ArrayList<>();
    LinearFit best = null;
    for (int t = 0; t < trials.size(); t++) {
      OptimizerConfig rates = trials.get(t);
      int trial = t;
      LinearFit.Watcher watcher =
          new LinearFit.Watcher() {
            @Override
            public void epoch(int done, ProbeResult.Epoch epoch) {
              long all = (long) trial * training.epochs() + done;
              long total = (long) trials.size() * training.epochs();
              listener.progress(progress(all, total, start, epoch));
            }

            @Override
            public void best(LinearLayer layer, double score) throws IOException {
              keeper.offer(layer, score);
            }
          };
      LinearFit fit = LinearFit.of(task, training, config.layer(), rates, watcher);
      double score = fit.score(training.best());
      tried.add(new ProbeResult.Trial(rates.learningRate(), rates.weightDecay(), score));
      if (best == null
          || training.best().better().improves(score, best.score(training.best()), 0)) {
        best = fit;
      }
    }
    if (best == null) {
      throw new IllegalStateException("no trials");
    }
    return new ProbeResult(
            name,
            config.source(),
            features.info(),
            split,
            best.epochs(),
            best.bestEpoch(),
            scored(validation, best.layer()),
            scored(Part.of(features, split.test(), scaling), best.layer()),
            (System.nanoTime() - start) * 1e-9)
        .withSweep(trials.size() > 1 ? tried : List.of());
  }

  /** Refuses features that lack a video of the split. */
  public static void requireVideos(FrameTable frames, Split split) {
    List<String> there = frames.videos();
    List<String> missing = new ArrayList<>();
    for (List<String> part : List.of(split.train(), split.validation(), split.test())) {
      part.stream().filter(v -> !there.contains(v)).forEach(missing::add);
    }
    if (!missing.isEmpty()) {
      throw new IllegalArgumentException(
          "split: no features of " + missing + "; there are " + there);
    } else if (split.train().isEmpty()) {
      throw new IllegalArgumentException("split: no training videos; there are " + there);
    }
  }

  private static ProbeResult.@Nullable Scored scored(@Nullable Part part, LinearLayer layer) {
    return part == null ? null : ProbeResult.Scored.of(predictions(part, layer));
  }

  /** The layer's phases and probabilities of every frame. */
  static Predictions predictions(Part part, LinearLayer layer) {
    Predictions.Builder rows = new Predictions.Builder();
    float[] logits = new float[CLASSES];
    for (int i = 0; i < part.x().rows(); i++) {
      layer.logits(part.x().values(), part.x().start(i), logits);
      FrameTable.Row row = part.frames().rows().get(i);
      rows.add(
          row.video(), row.frame(), row.phase(), Logits.argmax(logits), Loss.probabilities(logits));
    }
    return rows.build(PhaseOrder.ENDOSSL);
  }

  private static Progress progress(long done, long total, long start, ProbeResult.Epoch epoch) {
    double seconds = Math.max(1e-9, (System.nanoTime() - start) * 1e-9);
    String note =
        String.format(
            Locale.ROOT, "loss %.4f, val_macro_f1 %.4f", epoch.loss(), epoch.valMacroF1());
    return new Progress("probe", done, total, "epochs", done / seconds, note);
  }

  /** Keeps the file of the best layer of all settings. */
  private static final class Best {
    private final Monitor.Mode better;
    private final @Nullable Path out;
    private final Scaling scaling;
    private double score;

    Best(Monitor.Mode better, @Nullable Path out, Scaling scaling) {
      this.better = better;
      this.out = out;
      this.scaling = scaling;
      this.score = better.worst();
    }

    void offer(LinearLayer layer, double offered) throws IOException {
      // Without validation videos the score is no number and the last epoch is the best.
      if (out != null && (Double.isNaN(offered) || better.improves(offered, score, 0))) {
        LayerFile.write(out, layer, scaling);
        score = offered;
      }
    }
  }
}
