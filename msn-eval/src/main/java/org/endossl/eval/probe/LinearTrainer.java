package org.endossl.eval.probe;

import java.io.IOException;
import java.util.Arrays;
import org.endossl.eval.metrics.Logits;

/** Trains a layer on rows of a matrix; the same inputs give the same bits. */
final class LinearTrainer {
  private final LinearLayer layer;
  private final Loss loss;
  private final Optimizer optimizer;
  private final float[] gradient;
  private final float[] logits;
  private final float[] dz;
  private LayerConfig.Schedule schedule = LayerConfig.Schedule.CONSTANT;
  private int passed;
  private int passes = 1;

  LinearTrainer(LinearLayer layer, Loss loss, Optimizer optimizer) {
    this.layer = layer;
    this.loss = loss;
    this.optimizer = optimizer;
    this.gradient = new float[layer.parameters().length];
    this.logits = new float[layer.classes()];
    this.dz = new float[layer.classes()];
  }

  /** Lets the learning rate fall from the optimizer's within the next pass. */
  void schedule(LayerConfig.Schedule shape, int epoch, int epochs) {
    schedule = shape;
    passed = epoch;
    passes = epochs;
  }

  /**
   * One pass.
   *
   * @param x the features of the rows
   * @param targets one per row
   * @param order the rows to visit, in this order
   * @param batch rows per step; the last step takes what is left
   * @param weights of the classes' losses; empty weighs all alike
   * @return the means of the pass, each batch's taken before its step, as Keras logs them
   */
  Means epoch(Rows x, int[] targets, int[] order, int batch, double[] weights) throws IOException {
    double total = 0;
    long right = 0;
    long perPass = (order.length + batch - 1L) / batch;
    for (int from = 0; from < order.length; from += batch) {
      int to = Math.min(order.length, from + batch);
      Arrays.fill(gradient, 0);
      float[] values = x.values(order, from, to);
      for (int i = from; i < to; i++) {
        int row = order[i];
        int at = x.start(order, from, i);
        layer.logits(values, at, logits);
        right += Logits.argmax(logits) == targets[row] ? 1 : 0;
        float weight = weights.length == 0 ? 1 : (float) weights[targets[row]];
        total += weight * loss.one(logits, targets[row], dz);
        float scale = weight / (to - from);
        for (int c = 0; c < dz.length; c++) {
          dz[c] *= scale;
        }
        layer.addGradient(values, at, dz, gradient);
      }
      double left = schedule.at(passed * perPass + from / batch, passes * perPass);
      optimizer.apply(layer.parameters(), gradient, left);
    }
    return new Means(total / order.length, (double) right / order.length);
  }

  /**
   * Means over the rows of a pass.
   *
   * @param loss weighted cross-entropy
   * @param acc share of rows whose target has the largest logit
   */
  record Means(double loss, double acc) {}
}
