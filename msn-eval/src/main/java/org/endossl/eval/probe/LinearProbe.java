package org.endossl.eval.probe;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.endossl.data.Split;
import org.endossl.eval.Progress;
import org.endossl.eval.ProgressListener;
import org.endossl.eval.features.FeatureSet;
import org.endossl.eval.features.FrameTable;
import org.endossl.eval.features.Matrix;
import org.endossl.eval.metrics.Confusion;
import org.endossl.eval.metrics.Predictions;
import org.endossl.tfrecords.PhaseOrder;
import org.jspecify.annotations.Nullable;

/**
 * endossl's linear evaluation ({@code down_stream/experiment.py} with {@code
 * is_linear_evaluation}): one dense layer from features to phases. As intended there and not as
 * written: frames are shuffled each epoch (endossl's loader shuffles nothing), validation and test
 * videos are the split's (it reads the training videos for both), and the epoch kept is the best of
 * the validation videos.
 */
public final class LinearProbe {
  private static final int CLASSES = PhaseOrder.PHASES;

  /** {@code _CHOLEC80_PHASES_WEIGHTS} of {@code data/cholec80_images.py}, in endossl's order. */
  private static final double[] PHASE_WEIGHTS = {
    1.9219914802981897,
    0.19571110990619747,
    0.9849911311229362,
    0.2993075998175712,
    1.942680301399354,
    1.0,
    2.2015858493443123
  };

  private LinearProbe() {}

  /**
   * Trains on the split's training videos and scores the other two parts.
   *
   * @param name of the features, for tables
   * @throws IllegalArgumentException if the features lack a video of the split
   */
  public static ProbeResult run(
      String name, FeatureSet features, ProbeConfig config, ProgressListener listener) {
    long start = System.nanoTime();
    Split split = config.data().split().videos();
    requireVideos(features.frames(), split);
    TrainingConfig training = config.training();
    FeatureSet train = features.select(split.train());
    Scaling scaling = training.standardize() ? Scaling.of(train.matrix()) : Scaling.NONE;
    Part fitted = Part.of(train, scaling);
    Part validation = part(features, split.validation(), scaling);
    Fit fit = fit(fitted, validation, training, listener);
    return new ProbeResult(
        name,
        config.source(),
        features.info(),
        split,
        fit.epochs(),
        fit.bestEpoch(),
        scored(validation, fit.layer()),
        scored(part(features, split.test(), scaling), fit.layer()),
        (System.nanoTime() - start) * 1e-9);
  }

  static void requireVideos(FrameTable frames, Split split) {
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

  private static @Nullable Part part(FeatureSet features, List<String> videos, Scaling scaling) {
    return videos.isEmpty() ? null : Part.of(features.select(videos), scaling);
  }

  private static ProbeResult.@Nullable Scored scored(@Nullable Part part, LinearLayer layer) {
    if (part == null) {
      return null;
    }
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
    return ProbeResult.Scored.of(rows.build(PhaseOrder.ENDOSSL));
  }

  /** The layer of the best epoch and all epochs' curves. */
  private record Fit(LinearLayer layer, List<ProbeResult.Epoch> epochs, int bestEpoch) {}

  private static Fit fit(
      Part train, @Nullable Part validation, TrainingConfig config, ProgressListener listener) {
    SplittableRandom random = new SplittableRandom(config.seed());
    LinearLayer layer = LinearLayer.glorot(train.x().columns(), CLASSES, random.split());
    Optimizer optimizer = new Optimizer(config.optimizer(), layer.parameters().length);
    LinearTrainer trainer = new LinearTrainer(layer, Loss.MULTI_CLASS, optimizer);
    ReduceOnPlateau plateau = new ReduceOnPlateau(config.reduceLr());
    EarlyStopping stopping = new EarlyStopping(config.earlyStopping());
    double[] weights = config.classWeights() ? PHASE_WEIGHTS : new double[0];
    int[] order = new int[train.x().rows()];
    for (int i = 0; i < order.length; i++) {
      order[i] = i;
    }
    List<ProbeResult.Epoch> epochs = new ArrayList<>();
    LinearLayer best = layer;
    int bestEpoch = -1;
    double bestScore = config.best().better().worst();
    long start = System.nanoTime();
    for (int e = 0; e < config.epochs(); e++) {
      shuffle(order, random.split());
      float rate = optimizer.learningRate();
      LinearTrainer.Means means =
          trainer.epoch(train.x().values(), train.phases(), order, config.batchSize(), weights);
      ProbeResult.Epoch epoch = epoch(e, rate, means, layer, validation);
      epochs.add(epoch);
      double score = config.best().of(epoch);
      if (validation == null || config.best().better().improves(score, bestScore, 0)) {
        best = layer.copy();
        bestEpoch = e;
        bestScore = score;
      }
      listener.progress(progress(e + 1, config.epochs(), start, epoch));
      if (validation != null) {
        optimizer.learningRate(
            plateau.after(config.reduceLr().monitor().of(epoch), optimizer.learningRate()));
        if (stopping.after(e, config.earlyStopping().monitor().of(epoch))) {
          break;
        }
      }
    }
    if (bestEpoch < 0) {
      throw new ArithmeticException(
          "the probe's "
              + config.best()
              + " was not a number in any epoch; features or learning rate are too large");
    }
    return new Fit(best, epochs, bestEpoch);
  }

  private static Progress progress(int done, int total, long start, ProbeResult.Epoch epoch) {
    double seconds = Math.max(1e-9, (System.nanoTime() - start) * 1e-9);
    return new Progress(
        "probe",
        done,
        total,
        "epochs",
        done / seconds,
        String.format(
            Locale.ROOT, "loss %.4f, val_macro_f1 %.4f", epoch.loss(), epoch.valMacroF1()));
  }

  private static ProbeResult.Epoch epoch(
      int e, float rate, LinearTrainer.Means means, LinearLayer layer, @Nullable Part validation) {
    if (validation == null) {
      return new ProbeResult.Epoch(
          e, rate, means.loss(), means.acc(), Double.NaN, Double.NaN, Double.NaN);
    }
    Confusion confusion = new Confusion(CLASSES);
    float[] logits = new float[CLASSES];
    float[] dz = new float[CLASSES];
    double loss = 0;
    int n = validation.x().rows();
    for (int i = 0; i < n; i++) {
      layer.logits(validation.x().values(), validation.x().start(i), logits);
      int phase = validation.phases()[i];
      loss += Loss.MULTI_CLASS.one(logits, phase, dz);
      confusion.add(phase, LinearLayer.argmax(logits));
    }
    double f1 = 0;
    for (int c = 0; c < CLASSES; c++) {
      f1 += confusion.f1(c);
    }
    return new ProbeResult.Epoch(
        e,
        rate,
        means.loss(),
        means.acc(),
        loss / n,
        (double) confusion.correct() / n,
        f1 / CLASSES);
  }

  private static void shuffle(int[] order, RandomGenerator random) {
    for (int i = order.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int held = order[i];
      order[i] = order[j];
      order[j] = held;
    }
  }

  /** Features, phases and frames of one part. */
  @SuppressWarnings("ArrayRecordComponent")
  private record Part(Matrix x, int[] phases, FrameTable frames) {
    static Part of(FeatureSet set, Scaling scaling) {
      scaling.apply(set.matrix());
      return new Part(set.matrix(), set.frames().phases(), set.frames());
    }
  }

  /** (x - mean) * scale per column. */
  @SuppressWarnings("ArrayRecordComponent")
  private record Scaling(float[] mean, float[] scale) {
    static final Scaling NONE = new Scaling(new float[0], new float[0]);

    static Scaling of(Matrix x) {
      int columns = x.columns();
      double[] sum = new double[columns];
      double[] squares = new double[columns];
      for (int i = 0; i < x.rows(); i++) {
        for (int k = 0; k < columns; k++) {
          sum[k] += x.values()[x.start(i) + k];
        }
      }
      for (int i = 0; i < x.rows(); i++) {
        for (int k = 0; k < columns; k++) {
          double d = x.values()[x.start(i) + k] - sum[k] / x.rows();
          squares[k] += d * d;
        }
      }
      float[] mean = new float[columns];
      float[] scale = new float[columns];
      for (int k = 0; k < columns; k++) {
        mean[k] = (float) (sum[k] / x.rows());
        double deviation = Math.sqrt(squares[k] / x.rows());
        // A constant column says nothing and stays at 0.
        scale[k] = deviation > 0 ? (float) (1 / deviation) : 0;
      }
      return new Scaling(mean, scale);
    }

    void apply(Matrix x) {
      for (int i = 0; scale.length > 0 && i < x.rows(); i++) {
        for (int k = 0; k < scale.length; k++) {
          int at = x.start(i) + k;
          x.values()[at] = (x.values()[at] - mean[k]) * scale[k];
        }
      }
    }
  }
}
