package org.endossl.eval.probe;

/**
 * Keras' {@code ReduceLROnPlateau}: multiplies the learning rate when a score has not improved for
 * some epochs.
 */
public final class ReduceOnPlateau {
  private static final double MIN_DELTA = 1e-4;

  private final PlateauConfig config;
  private double best;
  private int wait;

  /** Before the first epoch. */
  public ReduceOnPlateau(PlateauConfig config) {
    this.config = config;
    this.best = config.mode().worst();
  }

  /** The rate to go on with after an epoch of this score. */
  public float after(double score, float rate) {
    if (config.mode().improves(score, best, MIN_DELTA)) {
      best = score;
      wait = 0;
      return rate;
    }
    wait++;
    float least = (float) config.minLr();
    if (wait < config.patience() || rate <= least) {
      return rate;
    }
    wait = 0;
    return Math.max((float) (rate * config.factor()), least);
  }
}
