package org.endossl.eval.probe;

import java.util.List;
import org.endossl.train.config.Require;

/**
 * endossl's {@code get_learning_rate_step_scheduler_callback}: Keras' LearningRateScheduler, which
 * multiplies the rate at the beginning of some epochs.
 *
 * @param factor by which the rate is multiplied; endossl's 0.3
 * @param milestones the epochs, counted from 0; endossl's [30]
 */
public record StepSchedule(double factor, List<Integer> milestones) {
  public StepSchedule {
    Require.within("factor", factor, 0, 1);
    milestones = List.copyOf(milestones);
    milestones.forEach(epoch -> Require.atLeast("milestones", epoch, 0));
  }

  /** The rate of an epoch, by the one before; Keras keeps rates in float32. */
  float before(int epoch, float rate) {
    return milestones.contains(epoch) ? (float) (rate * factor) : rate;
  }
}
