package org.endossl.train;

import java.util.Locale;

/** The loss or the gradient of a step is no finite number any more; the run has ended there. */
public final class DivergedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * As a line.
   *
   * @param batch what was in the batch
   * @param last where the run can go on from
   */
  DivergedException(long step, MsnGraph.Measured measured, BatchRecords batch, String last) {
    super(what(step, measured, batch) + "; " + last);
  }

  /** What was got and wanted, the records, and what to change. */
  static String what(long step, MsnGraph.Measured measured, BatchRecords batch) {
    return String.format(
        Locale.ROOT,
        "step %d: got loss %s and gradient norm %s, wanted finite numbers; its batch was %s; look at"
            + " those frames, lower optimization.lr, or raise its warmup_epochs or"
            + " criterion.temperature",
        step,
        measured.loss(),
        measured.gradientNorm(),
        batch.shortened());
  }
}
