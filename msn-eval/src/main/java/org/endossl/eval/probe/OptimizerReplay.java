package org.endossl.eval.probe;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.endossl.eval.features.Matrix;

/**
 * Repeats what endossl's {@code train_lib.py} does with one dense layer, for comparison with values
 * of the original: rows in order, one optimizer, one callback at a time.
 */
public final class OptimizerReplay {
  private OptimizerReplay() {}

  /**
   * A trained layer.
   *
   * @param losses mean loss of each epoch
   * @param weight [inputs][classes]
   * @param bias [classes]
   */
  @SuppressWarnings("ArrayRecordComponent") // numbers on their way, never compared as values
  public record Trained(double[] losses, double[][] weight, double[] bias) {}

  /**
   * What to train.
   *
   * @param optimizer adam, adamw, rmsprop, momentum or sgd
   * @param multiLabel whether a target is a set of classes, bit c for class c
   * @param rows [rows][inputs]
   * @param targets a class or a set of classes per row
   * @param weight [inputs][classes] to begin with
   * @param bias [classes] to begin with
   * @param batch rows per step
   * @param epochs passes over the rows, in order
   */
  @SuppressWarnings("ArrayRecordComponent") // numbers on their way, never compared as values
  public record Task(
      String optimizer,
      boolean multiLabel,
      float[][] rows,
      int[] targets,
      float[][] weight,
      float[] bias,
      int batch,
      int epochs) {}

  /**
   * Trains.
   *
   * @param learningRate of every step
   * @param momentum of rmsprop and momentum
   * @param weightDecay of adamw, momentum and sgd
   */
  public static Trained train(Task task, double learningRate, double momentum, double weightDecay)
      throws IOException {
    LinearLayer layer = LinearLayer.of(task.weight(), task.bias());
    OptimizerConfig.Name name =
        OptimizerConfig.Name.valueOf(task.optimizer().toUpperCase(Locale.ROOT));
    Optimizer optimizer =
        new Optimizer(
            new OptimizerConfig(name, learningRate, momentum, weightDecay),
            layer.parameters().length,
            layer.weights());
    LinearTrainer trainer =
        new LinearTrainer(
            layer, task.multiLabel() ? Loss.MULTI_LABEL : Loss.MULTI_CLASS, optimizer);
    int width = task.weight().length;
    float[] flat = new float[task.rows().length * width];
    for (int i = 0; i < task.rows().length; i++) {
      System.arraycopy(task.rows()[i], 0, flat, i * width, width);
    }
    Rows rows = Rows.of(new Matrix(task.rows().length, width, flat));
    int[] order = IntStream.range(0, task.rows().length).toArray();
    double[] losses = new double[task.epochs()];
    for (int epoch = 0; epoch < losses.length; epoch++) {
      losses[epoch] =
          trainer.epoch(rows, task.targets(), order, task.batch(), new double[0]).loss();
    }
    double[] bias = new double[task.bias().length];
    double[][] weight = new double[width][bias.length];
    for (int c = 0; c < bias.length; c++) {
      bias[c] = layer.bias(c);
      for (int k = 0; k < width; k++) {
        weight[k][c] = layer.weight(k, c);
      }
    }
    return new Trained(losses, weight, bias);
  }

  /** The rate after each epoch of reduce-on-plateau with endossl's factor, patience and floor. */
  public static double[] plateau(double[] scores, double learningRate) {
    // Keras' automatic mode takes a name without "acc" or "auc" for one to be made small.
    ReduceOnPlateau plateau =
        new ReduceOnPlateau(
            new PlateauConfig(Monitor.VAL_MACRO_F1, Monitor.Mode.MIN, 0.3, 10, 1e-5));
    double[] rates = new double[scores.length];
    float rate = (float) learningRate;
    for (int i = 0; i < scores.length; i++) {
      rate = plateau.after(scores[i], rate);
      rates[i] = rate;
    }
    return rates;
  }

  /** Whether early stopping with endossl's start and patience stops after each epoch. */
  public static List<Boolean> stops(int[] epochs, double[] losses) {
    EarlyStopping stopping =
        new EarlyStopping(new StoppingConfig(Monitor.VAL_LOSS, Monitor.Mode.MIN, 20, 5));
    List<Boolean> stops = new ArrayList<>();
    for (int i = 0; i < epochs.length; i++) {
      stops.add(stopping.after(epochs[i], losses[i]));
    }
    return stops;
  }
}
