package org.endossl.train;

import org.endossl.train.config.Require;

/**
 * What a run keeps, and when it ends early.
 *
 * @param checkpointSteps steps between checkpoints; one is also written at the end
 * @param keepCheckpoints newest checkpoints kept, {@code >= 1}
 * @param keepEveryEpochs epochs after which a checkpoint is written and kept for good; 0 keeps only
 *     the newest
 * @param maxSteps steps after which the run ends although epochs are left; 0 trains all epochs. The
 *     schedules do not shrink with it
 * @param divergence what to do when a loss or a gradient is not finite
 */
public record RunConfig(
    long checkpointSteps,
    int keepCheckpoints,
    int keepEveryEpochs,
    long maxSteps,
    DivergenceConfig divergence) {
  public RunConfig {
    Require.atLeast("checkpoint_steps", checkpointSteps, 1);
    Require.atLeast("keep_checkpoints", keepCheckpoints, 1);
    Require.atLeast("keep_every_epochs", keepEveryEpochs, 0);
    Require.atLeast("max_steps", maxSteps, 0);
  }
}
