package org.endossl.train;

/**
 * What a step did, for progress bars and logs.
 *
 * @param step the step, from 0
 * @param steps steps of the whole run
 * @param epoch the epoch, from 0
 * @param measured losses and norms of the step
 * @param scalars the schedules' values in it
 * @param imagesPerSecond frames (not views) per second in this step
 * @param inputWait share of the step's time that was spent waiting for its input
 * @param secondsLeft at the pace of this process so far
 */
public record PretrainProgress(
    long step,
    long steps,
    long epoch,
    MsnGraph.Measured measured,
    Schedules.Scalars scalars,
    double imagesPerSecond,
    double inputWait,
    double secondsLeft) {

  /** Hears of every step. */
  public interface Listener {
    /** A step has ended and is in metrics.csv. */
    void step(PretrainProgress progress);

    /** Something that takes a while begins, such as reading the index; one line for a person. */
    void phase(String what);

    /** Something is likely to go wrong; one line that says what to do. */
    default void warning(String what) {
      phase("warning: " + what);
    }

    /** Asked after every step: true saves a checkpoint and ends the run there. */
    default boolean stop() {
      return false;
    }
  }
}
