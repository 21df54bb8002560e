package org.endossl.eval.probe;

/** Keras' {@code EarlyStopping}: ends training when a score has not improved for some epochs. */
public final class EarlyStopping {
  private final StoppingConfig config;
  private double best;
  private int wait;

  /** Before the first epoch. */
  public EarlyStopping(StoppingConfig config) {
    this.config = config;
    this.best = config.mode().worst();
  }

  /** Whether to stop after this epoch, counted from 0. */
  public boolean after(int epoch, double score) {
    if (epoch < config.startFromEpoch()) {
      return false;
    }
    wait++;
    if (config.mode().improves(score, best, 0)) {
      best = score;
      wait = 0;
      return false;
    }
    return wait >= config.patience() && epoch > 0;
  }
}
