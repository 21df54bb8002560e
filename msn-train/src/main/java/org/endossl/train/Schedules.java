package org.endossl.train;

/**
 * The scalars that change from step to step, as facebookresearch/msn's {@code utils.py} and {@code
 * msn_train.py} define them. Steps count from 0; the learning rate and the decay of step {@code i}
 * are the schedulers' {@code i + 1}-th values because the original advances them before it updates.
 *
 * @param stepsPerEpoch optimizer steps in one epoch
 * @param optimization epochs, warm-up, rates, decays and momenta
 * @param criterion the sharpening temperatures
 */
public record Schedules(
    long stepsPerEpoch, OptimizationConfig optimization, CriterionConfig criterion) {

  /** The original stretches every schedule over 1.25 times the epochs that it trains. */
  private static final double STRETCH = 1.25;

  public Schedules {
    if (stepsPerEpoch < 1) {
      throw new IllegalArgumentException("steps per epoch: got " + stepsPerEpoch + ", wanted > 0");
    }
  }

  /** What one step is fed. */
  public record Scalars(
      double learningRate, double weightDecay, double momentum, double sharpening) {}

  /** The values of one step, {@code 0 <= step}. */
  public Scalars at(long step) {
    return new Scalars(learningRate(step), weightDecay(step), momentum(step), sharpening(step));
  }

  /** {@code WarmupCosineSchedule}: linear from start to reference, then a half cosine to final. */
  double learningRate(long step) {
    OptimizationConfig o = optimization;
    double s = step + 1;
    long warmup = (long) (o.warmupEpochs() * stepsPerEpoch);
    if (s < warmup) {
      return o.startLr() + s / Math.max(1, warmup) * (o.lr() - o.startLr());
    }
    double progress = (s - warmup) / Math.max(1, total() - warmup);
    return Math.max(
        o.finalLr(),
        o.finalLr() + (o.lr() - o.finalLr()) * 0.5 * (1 + Math.cos(Math.PI * progress)));
  }

  /** {@code CosineWDSchedule}: a half cosine from the first decay to the last. */
  double weightDecay(long step) {
    OptimizationConfig o = optimization;
    double progress = (step + 1.0) / total();
    double decay =
        o.finalWeightDecay()
            + (o.weightDecay() - o.finalWeightDecay()) * 0.5 * (1 + Math.cos(Math.PI * progress));
    return o.finalWeightDecay() <= o.weightDecay()
        ? Math.max(o.finalWeightDecay(), decay)
        : Math.min(o.finalWeightDecay(), decay);
  }

  /** The target encoder's momentum, linear. */
  double momentum(long step) {
    return linear(optimization.startMomentum(), optimization.finalMomentum(), step);
  }

  /** The sharpening temperature T, linear. */
  double sharpening(long step) {
    return linear(criterion.startSharpen(), criterion.finalSharpen(), step);
  }

  private double linear(double from, double to, long step) {
    return from + (to - from) / (stepsPerEpoch * optimization.epochs() * STRETCH) * step;
  }

  private long total() {
    return (long) (STRETCH * optimization.epochs() * stepsPerEpoch);
  }
}
