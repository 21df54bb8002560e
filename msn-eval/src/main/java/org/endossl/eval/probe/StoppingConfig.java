package org.endossl.eval.probe;

import org.endossl.train.config.Require;

/**
 * When to stop early; endossl's {@code get_early_stopping_callback}.
 *
 * @param monitor the score that is watched; endossl's is the validation loss whatever it monitors
 * @param mode the direction that is better
 * @param startFromEpoch epochs before it watches
 * @param patience epochs without improvement
 */
public record StoppingConfig(Monitor monitor, Monitor.Mode mode, int startFromEpoch, int patience) {
  public StoppingConfig {
    Require.atLeast("start_from_epoch", startFromEpoch, 0);
    Require.atLeast("patience", patience, 1);
  }
}
