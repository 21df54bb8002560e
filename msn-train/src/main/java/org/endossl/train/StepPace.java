package org.endossl.train;

/** Times steps. */
final class StepPace {
  private final int batch;
  private final long end;
  private long started;
  private double seconds;
  private long counted;

  /**
   * For a run.
   *
   * @param batch frames per step
   * @param end steps of the whole run
   */
  StepPace(int batch, long end) {
    this.batch = batch;
    this.end = end;
  }

  void begin() {
    started = System.nanoTime();
  }

  PretrainProgress end(
      long step, long epoch, TrainingStep.Outcome outcome, Schedules.Scalars scalars) {
    double taken = (System.nanoTime() - started) / 1e9;
    if (counted++ > 0) { // the first step also compiles kernels and fills the shuffle buffer
      seconds += taken;
    }
    double mean = counted > 1 ? seconds / (counted - 1) : taken;
    return new PretrainProgress(
        step,
        end,
        epoch,
        outcome.measured(),
        scalars,
        batch / taken,
        Math.min(1, Math.max(0, outcome.waited() / taken)),
        mean * (end - step - 1));
  }
}
