package org.endossl.eval.probe;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.endossl.data.Split;
import org.endossl.eval.Progress;
import org.endossl.eval.ProgressListener;
import org.endossl.eval.features.FeatureSet;
import org.endossl.eval.features.FrameTable;
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
   * @throws IllegalArgumentException if the features lack a video of the split, or rates are to be
   *     swept without validation videos to choose by
   */
  public static ProbeResult run(
      String name, FeatureSet features, ProbeConfig config, ProgressListener listener) {
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
        Scaling.of(train.matrix(), training.standardize(), config.layer().l2Normalize());
    Part fitted = Part.of(train, scaling);
    Part validation = Part.of(features, split.validation(), scaling);
    List<ProbeResult.Trial> tried = new ArrayList<>();
    LinearFit best = null;
    for (int t = 0; t < trials.size(); t++) {
      OptimizerConfig rates = trials.get(t);
      LinearFit.Watcher watcher = watcher(t, trials.size(), training.epochs(), start, listener);
      LinearFit fit = LinearFit.of(fitted, validation, training, config.layer(), rates, watcher);
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
          row.video(),
          row.frame(),
          row.phase(),
          LinearLayer.argmax(logits),
          Loss.probabilities(logits));
    }
    return rows.build(PhaseOrder.ENDOSSL);
  }

  private static LinearFit.Watcher watcher(
      int trial, int trials, int epochs, long start, ProgressListener listener) {
    return (done, epoch) -> {
      long all = (long) trial * epochs + done;
      double seconds = Math.max(1e-9, (System.nanoTime() - start) * 1e-9);
      listener.progress(
          new Progress(
              "probe",
              all,
              (long) trials * epochs,
              "epochs",
              all / seconds,
              String.format(
                  Locale.ROOT, "loss %.4f, val_macro_f1 %.4f", epoch.loss(), epoch.valMacroF1())));
    };
  }
}
