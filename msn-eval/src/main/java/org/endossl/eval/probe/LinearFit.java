package org.endossl.eval.probe;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.endossl.eval.features.Matrix;
import org.endossl.eval.metrics.Confusion;
import org.endossl.eval.metrics.Logits;

/**
 * Trains one layer on the training frames and keeps its best epoch.
 *
 * @param layer of the best epoch
 * @param epochs all epochs' curves
 * @param bestEpoch from 0
 */
record LinearFit(LinearLayer layer, List<ProbeResult.Epoch> epochs, int bestEpoch) {
  /** {@code _CHOLEC80_PHASES_WEIGHTS} of {@code data/cholec80_images.py}, in endossl's order. */
  static final double[] PHASE_WEIGHTS = {
    1.9219914802981897,
    0.19571110990619747,
    0.9849911311229362,
    0.2993075998175712,
    1.942680301399354,
    1.0,
    2.2015858493443123
  };

  /** Is told of every epoch. */
  interface Watcher {
    /** An epoch is done. */
    void epoch(int done, ProbeResult.Epoch epoch);

    /** The layer is the best so far. */
    void best(LinearLayer layer, double score) throws IOException;
  }

  /** The score that chose the epoch. */
  double score(Monitor monitor) {
    return monitor.of(epochs.get(bestEpoch));
  }

  static LinearFit of(
      LinearTask task,
      TrainingConfig config,
      LayerConfig shape,
      OptimizerConfig rates,
      Watcher watcher)
      throws IOException {
    boolean validated = task.validation() != null;
    SplittableRandom random = new SplittableRandom(config.seed());
    LinearLayer layer =
        LinearLayer.first(shape, task.rows().width(), task.classes(), random.split());
    Optimizer optimizer = new Optimizer(rates, layer.parameters().length, layer.weights());
    LinearTrainer trainer = new LinearTrainer(layer, Loss.MULTI_CLASS, optimizer);
    ReduceOnPlateau plateau = new ReduceOnPlateau(config.reduceLr());
    EarlyStopping stopping = new EarlyStopping(config.earlyStopping());
    double[] weights = config.classWeights() ? PHASE_WEIGHTS : new double[0];
    int[] order = identity(task.targets().length);
    List<ProbeResult.Epoch> epochs = new ArrayList<>();
    LinearLayer best = layer;
    int bestEpoch = -1;
    double bestScore = config.best().better().worst();
    for (int e = 0; e < config.epochs(); e++) {
      shuffle(order, random.split());
      StepSchedule steps = config.stepSchedule();
      float rate =
          steps == null ? optimizer.learningRate() : steps.before(e, optimizer.learningRate());
      optimizer.learningRate(rate);
      trainer.schedule(shape.schedule(), e, config.epochs());
      LinearTrainer.Means means =
          trainer.epoch(task.rows(), task.targets(), order, config.batchSize(), weights);
      ProbeResult.Epoch epoch = epoch(e, rate, means, layer, task);
      epochs.add(epoch);
      double score = config.best().of(epoch);
      if (!validated || config.best().better().improves(score, bestScore, 0)) {
        best = layer.copy();
        bestEpoch = e;
        bestScore = score;
        watcher.best(best, score);
      }
      watcher.epoch(e + 1, epoch);
      if (validated) {
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
    return new LinearFit(best, epochs, bestEpoch);
  }

  private static ProbeResult.Epoch epoch(
      int e, float rate, LinearTrainer.Means means, LinearLayer layer, LinearTask task) {
    Matrix validation = task.validation();
    if (validation == null) {
      return new ProbeResult.Epoch(
          e, rate, means.loss(), means.acc(), Double.NaN, Double.NaN, Double.NaN);
    }
    int classes = task.classes();
    Confusion confusion = new Confusion(classes);
    float[] logits = new float[classes];
    float[] dz = new float[classes];
    double loss = 0;
    int n = validation.rows();
    for (int i = 0; i < n; i++) {
      layer.logits(validation.values(), validation.start(i), logits);
      int phase = task.validationTargets()[i];
      loss += Loss.MULTI_CLASS.one(logits, phase, dz);
      confusion.add(phase, Logits.argmax(logits));
    }
    double f1 = 0;
    for (int c = 0; c < classes; c++) {
      f1 += confusion.f1(c);
    }
    return new ProbeResult.Epoch(
        e,
        rate,
        means.loss(),
        means.acc(),
        loss / n,
        (double) confusion.correct() / n,
        f1 / classes);
  }

  static int[] identity(int n) {
    int[] order = new int[n];
    for (int i = 0; i < n; i++) {
      order[i] = i;
    }
    return order;
  }

  static void shuffle(int[] order, RandomGenerator random) {
    for (int i = order.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int held = order[i];
      order[i] = order[j];
      order[j] = held;
    }
  }
}
