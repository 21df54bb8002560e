package org.endossl.train;

import java.util.Locale;

/** The loss or the gradient of a step is no finite number any more; the run has ended there. */
public final class DivergedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  DivergedException(long step, MsnGraph.Measured measured, String last) {
    super(
        String.format(
            Locale.ROOT,
            "step %d: got loss %s and gradient norm %s, wanted finite numbers; lower"
                + " optimization.lr, or raise its warmup_epochs or criterion.temperature; %s",
            step,
            measured.loss(),
            measured.gradientNorm(),
            last));
  }
}
