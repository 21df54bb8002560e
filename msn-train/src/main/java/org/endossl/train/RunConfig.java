package org.endossl.train;

import org.endossl.train.config.Require;

/**
 * What a run writes, and when it ends early.
 *
 * @param checkpointSteps steps between checkpoints; one is also written at the end
 * @param keepCheckpoints newest checkpoints kept, {@code >= 1}
 * @param maxSteps steps after which the run ends although epochs are left; 0 trains all epochs. The
 *     schedules do not shrink with it
 */
public record RunConfig(long checkpointSteps, int keepCheckpoints, long maxSteps) {
  public RunConfig {
    Require.atLeast("checkpoint_steps", checkpointSteps, 1);
    Require.atLeast("keep_checkpoints", keepCheckpoints, 1);
    Require.atLeast("max_steps", maxSteps, 0);
  }
}
