package org.endossl.train;

import org.endossl.train.config.Require;

/**
 * What to do when a step's loss or gradient is NaN or infinite.
 *
 * @param policy stop, or roll back
 * @param rollbackSteps the run goes back to the newest checkpoint that is at least this many steps
 *     before the bad step, does the steps in between again, and leaves the bad batch out
 * @param most batches that may be left out in a run; one more ends it
 */
public record DivergenceConfig(Policy policy, int rollbackSteps, int most) {
  /** What to do. */
  public enum Policy {
    /** End the run; the last checkpoint stays. */
    STOP,
    /** Go back and leave the batch out. */
    ROLLBACK
  }

  public DivergenceConfig {
    Require.atLeast("rollback_steps", rollbackSteps, 0);
    Require.atLeast("most", most, 1);
  }
}
