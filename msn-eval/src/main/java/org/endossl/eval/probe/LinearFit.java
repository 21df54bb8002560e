package org.endossl.eval.probe;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.endossl.eval.metrics.Confusion;
import org.endossl.tfrecords.PhaseOrder;
import org.jspecify.annotations.Nullable;

/**
 * Trains one layer on the training frames and keeps its best epoch.
 *
 * @param layer of the best epoch
 * @param epochs all epochs' curves
 * @param bestEpoch from 0
 */
record LinearFit(LinearLayer layer, List<ProbeResult.Epoch> epochs, int bestEpoch) {
  private static final int CLASSES = PhaseOrder.PHASES;

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
  @FunctionalInterface
  interface Watcher {
    void epoch(int done, ProbeResult.Epoch epoch);
  }

  /** The score that chose the epoch. */
  double score(Monitor monitor) {
    return monitor.of(epochs.get(bestEpoch));
  }

  static LinearFit of(
      Part train,
      @Nullable Part validation,
      TrainingConfig config,
      LayerConfig shape,
      OptimizerConfig rates,
      Watcher watcher) {
    SplittableRandom random = new SplittableRandom(config.seed());
    LinearLayer layer = first(shape.initial(), train.x().columns(), random.split());
    Optimizer optimizer = new Optimizer(rates, layer.parameters().length);
    LinearTrainer trainer = new LinearTrainer(layer, Loss.MULTI_CLASS, optimizer);
    ReduceOnPlateau plateau = new ReduceOnPlateau(config.reduceLr());
    EarlyStopping stopping = new EarlyStopping(config.earlyStopping());
    double[] weights = config.classWeights() ? PHASE_WEIGHTS : new double[0];
    int[] order = identity(train.x().rows());
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
          trainer.epoch(train.x().values(), train.phases(), order, config.batchSize(), weights);
      ProbeResult.Epoch epoch = epoch(e, rate, means, layer, validation);
      epochs.add(epoch);
      double score = config.best().of(epoch);
      if (validation == null || config.best().better().improves(score, bestScore, 0)) {
        best = layer.copy();
        bestEpoch = e;
        bestScore = score;
      }
      watcher.epoch(e + 1, epoch);
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
    return new LinearFit(best, epochs, bestEpoch);
  }

  private static LinearLayer first(LayerConfig.Initial initial, int inputs, RandomGenerator r) {
    return switch (initial) {
      case GLOROT -> LinearLayer.glorot(inputs, CLASSES, r);
      case NORMAL -> LinearLayer.normal(inputs, CLASSES, 0.01, r);
    };
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
