package org.endossl.eval.probe;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One dense layer, {@code logits = W x + b}; Keras' {@code Dense}. All parameters are one vector:
 * the classes' rows of W, then the biases, then those of a {@link TrainedNorm} where there is one.
 */
final class LinearLayer {
  private final int inputs;
  private final int classes;
  private final float[] parameters;
  private final @Nullable TrainedNorm norm;

  private LinearLayer(int inputs, int classes, float[] parameters, @Nullable TrainedNorm norm) {
    this.inputs = inputs;
    this.classes = classes;
    this.parameters = parameters;
    this.norm = norm;
  }

  private LinearLayer(int inputs, int classes, float[] parameters) {
    this(inputs, classes, parameters, null);
  }

  /** A layer as a configuration has it start. */
  static LinearLayer first(LayerConfig shape, int inputs, int classes, RandomGenerator random) {
    LinearLayer dense =
        switch (shape.initial()) {
          case GLOROT -> glorot(inputs, classes, random);
          case NORMAL -> normal(inputs, classes, 0.01, random);
        };
    return shape.norm() == null ? dense : dense.behindNorm(shape.l2Normalize());
  }

  /** The same layer behind a LayerNorm that changes nothing else yet. */
  private LinearLayer behindNorm(boolean l2) {
    TrainedNorm front = new TrainedNorm(inputs, parameters.length, l2);
    float[] all = Arrays.copyOf(parameters, parameters.length + front.parameters());
    front.initialize(all);
    return new LinearLayer(inputs, classes, all, front);
  }

  /** Weights uniform in Glorot's limits, biases 0, as Keras draws them. */
  static LinearLayer glorot(int inputs, int classes, RandomGenerator random) {
    float[] parameters = new float[size(inputs, classes)];
    double limit = Math.sqrt(6.0 / (inputs + classes));
    for (int i = 0; i < inputs * classes; i++) {
      parameters[i] = (float) ((2 * random.nextDouble() - 1) * limit);
    }
    return new LinearLayer(inputs, classes, parameters);
  }

  /** Weights normal with a deviation, biases 0. */
  static LinearLayer normal(int inputs, int classes, double deviation, RandomGenerator random) {
    float[] parameters = new float[size(inputs, classes)];
    for (int i = 0; i < inputs * classes; i++) {
      parameters[i] = (float) (random.nextGaussian() * deviation);
    }
    return new LinearLayer(inputs, classes, parameters);
  }

  /** A layer of given weights, [inputs][classes] as Keras keeps them. */
  static LinearLayer of(float[][] kernel, float[] bias) {
    int inputs = kernel.length;
    int classes = bias.length;
    float[] parameters = new float[size(inputs, classes)];
    for (int k = 0; k < inputs; k++) {
      for (int c = 0; c < classes; c++) {
        parameters[c * inputs + k] = kernel[k][c];
      }
    }
    System.arraycopy(bias, 0, parameters, inputs * classes, classes);
    return new LinearLayer(inputs, classes, parameters);
  }

  private static int size(int inputs, int classes) {
    return Math.multiplyExact(inputs, classes) + classes;
  }

  LinearLayer copy() {
    return new LinearLayer(inputs, classes, parameters.clone(), norm);
  }

  int inputs() {
    return inputs;
  }

  int classes() {
    return classes;
  }

  /** How many of the parameters are W. */
  int weights() {
    return inputs * classes;
  }

  /** The live parameters. */
  float[] parameters() {
    return parameters;
  }

  float weight(int input, int c) {
    return parameters[c * inputs + input];
  }

  float bias(int c) {
    return parameters[inputs * classes + c];
  }

  /** Whether a trained norm comes first. */
  boolean isBehindNorm() {
    return norm != null;
  }

  /** The norm's scales, [inputs]. */
  float[] scale() {
    int at = size(inputs, classes);
    return Arrays.copyOfRange(parameters, at, at + inputs);
  }

  /** The norm's shifts, [inputs]. */
  float[] shift() {
    int at = size(inputs, classes) + inputs;
    return Arrays.copyOfRange(parameters, at, at + inputs);
  }

  /** Logits of the row of {@code x} that starts at {@code from}, into {@code logits}. */
  void logits(float[] x, int from, float[] logits) {
    if (norm == null) {
      rows(parameters, inputs, classes, x, from, logits);
    } else {
      rows(parameters, inputs, classes, norm.apply(parameters, x, from).out(), 0, logits);
    }
    for (int c = 0; c < classes; c++) {
      logits[c] += parameters[inputs * classes + c];
    }
  }

  /** Adds {@code dz x^T} to a gradient laid out as the parameters. */
  void addGradient(float[] x, int from, float[] dz, float[] gradient) {
    if (norm != null) {
      TrainedNorm.Row row = norm.apply(parameters, x, from);
      float[] d = new float[inputs]; // the gradient of the row behind the norm
      for (int c = 0; c < classes; c++) {
        axpy(dz[c], parameters, c * inputs, d, 0, inputs);
      }
      norm.addGradient(row, d, gradient);
      addDense(row.out(), 0, dz, gradient);
    } else {
      addDense(x, from, dz, gradient);
    }
  }

  private void addDense(float[] x, int from, float[] dz, float[] gradient) {
    for (int c = 0; c < classes; c++) {
      axpy(dz[c], x, from, gradient, c * inputs, inputs);
      gradient[inputs * classes + c] += dz[c];
    }
  }

  /** Products of a row of {@code x} with the rows of weights, a row per class. */
  static void rows(float[] weights, int inputs, int classes, float[] x, int from, float[] logits) {
    for (int c = 0; c < classes; c++) {
      logits[c] = dot(weights, c * inputs, x, from, inputs);
    }
  }

  /** Eight sums, so that an addition need not wait for the one before. */
  private static float dot(float[] w, int row, float[] x, int from, int inputs) {
    float a0 = 0;
    float a1 = 0;
    float a2 = 0;
    float a3 = 0;
    float a4 = 0;
    float a5 = 0;
    float a6 = 0;
    float a7 = 0;
    int k = 0;
    for (; k + 7 < inputs; k += 8) {
      a0 += x[from + k] * w[row + k];
      a1 += x[from + k + 1] * w[row + k + 1];
      a2 += x[from + k + 2] * w[row + k + 2];
      a3 += x[from + k + 3] * w[row + k + 3];
      a4 += x[from + k + 4] * w[row + k + 4];
      a5 += x[from + k + 5] * w[row + k + 5];
      a6 += x[from + k + 6] * w[row + k + 6];
      a7 += x[from + k + 7] * w[row + k + 7];
    }
    for (; k < inputs; k++) {
      a0 += x[from + k] * w[row + k];
    }
    return ((a0 + a1) + (a2 + a3)) + ((a4 + a5) + (a6 + a7));
  }

  static void axpy(float a, float[] x, int from, float[] y, int to, int n) {
    for (int k = 0; k < n; k++) {
      y[to + k] += a * x[from + k];
    }
  }
}
