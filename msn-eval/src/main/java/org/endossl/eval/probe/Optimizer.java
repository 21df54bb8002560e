package org.endossl.eval.probe;

/**
 * The updates of endossl's optimizers as Keras 2.15 and TensorFlow Addons make them, in float32,
 * for one vector of parameters.
 */
final class Optimizer {
  private static final float BETA1 = 0.9f;
  private static final float BETA2 = 0.999f;
  private static final float RHO = 0.9f;
  private static final float EPSILON = 1e-7f;

  private final OptimizerConfig config;
  private final int weights;
  private final float[] first;
  private final float[] second;
  private float learningRate;
  private int step;

  /**
   * For a layer.
   *
   * @param weights the leading parameters that facebookresearch/msn decays; the others are biases
   */
  Optimizer(OptimizerConfig config, int parameters, int weights) {
    this.config = config;
    this.weights = weights;
    this.first = new float[parameters];
    this.second = new float[parameters];
    this.learningRate = (float) config.learningRate();
  }

  float learningRate() {
    return learningRate;
  }

  void learningRate(float rate) {
    learningRate = rate;
  }

  /** One step at the full rate. */
  void apply(float[] parameters, float[] gradients) {
    apply(parameters, gradients, 1);
  }

  /**
   * One step; biases are decayed like the rest, as endossl does.
   *
   * @param share of the learning rate that a schedule leaves
   */
  void apply(float[] parameters, float[] gradients, double share) {
    float full = learningRate;
    learningRate = (float) (full * share);
    step(parameters, gradients);
    learningRate = full;
  }

  private void step(float[] parameters, float[] gradients) {
    step++;
    switch (config.name()) {
      case ADAM -> adam(parameters, gradients, 0.1f, 0.001f);
      case ADAMW -> {
        // DecoupledWeightDecayExtension: not scaled by the learning rate, and before the update.
        decay(parameters, (float) config.weightDecay());
        // ResourceApplyAdam takes 1 - beta in float32; Keras' newer Adam takes it in float64.
        adam(parameters, gradients, 1 - BETA1, 1 - BETA2);
      }
      case RMSPROP -> rmsprop(parameters, gradients);
      case MOMENTUM -> {
        decay(parameters, (float) config.weightDecay() * learningRate);
        sgd(parameters, gradients, (float) config.momentum());
      }
      case NESTEROV -> nesterov(parameters, gradients);
      case SGD -> {
        decay(parameters, (float) config.weightDecay() * learningRate);
        sgd(parameters, gradients, 0);
      }
    }
  }

  private static void decay(float[] p, float rate) {
    for (int i = 0; i < p.length; i++) {
      p[i] -= rate * p[i];
    }
  }

  /** Epsilon is added to the uncorrected root. */
  private void adam(float[] p, float[] g, float gain1, float gain2) {
    // The powers in float32, as there: 1 - 0.999^t has few digits left in the first steps.
    float power1 = (float) Math.pow(BETA1, step);
    float power2 = (float) Math.pow(BETA2, step);
    float rate = learningRate * (float) Math.sqrt(1 - power2) / (1 - power1);
    for (int i = 0; i < p.length; i++) {
      first[i] += (g[i] - first[i]) * gain1;
      second[i] += (g[i] * g[i] - second[i]) * gain2;
      p[i] -= first[i] * rate / ((float) Math.sqrt(second[i]) + EPSILON);
    }
  }

  private void rmsprop(float[] p, float[] g) {
    float momentum = (float) config.momentum();
    for (int i = 0; i < p.length; i++) {
      second[i] = RHO * second[i] + (1 - RHO) * g[i] * g[i];
      float increment = learningRate * g[i] / (float) Math.sqrt(second[i] + EPSILON);
      first[i] = momentum * first[i] + increment;
      p[i] -= first[i];
    }
  }

  private void sgd(float[] p, float[] g, float momentum) {
    for (int i = 0; i < p.length; i++) {
      first[i] = momentum * first[i] - learningRate * g[i];
      p[i] += first[i];
    }
  }

  /**
   * {@code SGD} of facebookresearch/msn's src/sgd.py: the rate is in the buffer, the decay in the
   * gradient of weights, and the step looks ahead.
   */
  private void nesterov(float[] p, float[] g) {
    float momentum = (float) config.momentum();
    float decay = (float) config.weightDecay();
    for (int i = 0; i < p.length; i++) {
      float step = -learningRate * (i < weights ? g[i] + decay * p[i] : g[i]);
      first[i] = momentum * first[i] + step;
      p[i] += step + momentum * first[i];
    }
  }
}
