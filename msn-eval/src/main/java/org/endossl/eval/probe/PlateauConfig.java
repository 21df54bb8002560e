package org.endossl.eval.probe;

import org.endossl.train.config.Require;

/**
 * When to reduce the learning rate; endossl's {@code get_reduce_lr_plateau_callback}.
 *
 * @param monitor the score that is watched
 * @param mode the direction that counts as better. endossl leaves Keras to guess, and Keras takes a
 *     smaller macro F1 for better; its intent is {@code max}
 * @param factor of each reduction, below 1
 * @param patience epochs without improvement
 * @param minLr no smaller than this; endossl's 1e-5
 */
public record PlateauConfig(
    Monitor monitor, Monitor.Mode mode, double factor, int patience, double minLr) {
  public PlateauConfig {
    Require.within("factor", factor, 0, 0.999999);
    Require.atLeast("patience", patience, 1);
    Require.within("min_lr", minLr, 0, 1e3);
  }
}
