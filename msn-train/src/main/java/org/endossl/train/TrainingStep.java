package org.endossl.train;

import java.util.List;
import org.endossl.model.HostTensor;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

/** How one step is run: the whole batch at once, or in parts. */
interface TrainingStep {
  /**
   * What a step gave.
   *
   * @param measured of the whole batch
   * @param waited seconds from the step's beginning until its input was there
   * @param more values that were asked for, of the batch or of its first part
   */
  record Outcome(MsnGraph.Measured measured, double waited, List<HostTensor> more) {
    public Outcome {
      more = List.copyOf(more);
    }
  }

  /** Trains on the next batch; {@code more} is fetched as well. */
  Outcome run(long step, Schedules.Scalars scalars, List<Operand<TFloat32>> more);

  /** The input has just been made to begin somewhere. */
  default void inputBegun() {}

  /** Draws the next batch, that of a step, and leaves it. */
  void skip(long step);
}
