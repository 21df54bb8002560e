package org.endossl.eval.probe;

/** The scores of an epoch that callbacks watch, on the validation videos. */
public enum Monitor {
  /** Mean cross-entropy. */
  VAL_LOSS(Mode.MIN),
  /** Share of right frames. */
  VAL_ACC(Mode.MAX),
  /** Mean over the seven phases of the frames' F1. */
  VAL_MACRO_F1(Mode.MAX);

  private final Mode mode;

  Monitor(Mode mode) {
    this.mode = mode;
  }

  /** The direction that is better. */
  public Mode better() {
    return mode;
  }

  /** Its value in an epoch. */
  double of(ProbeResult.Epoch epoch) {
    return switch (this) {
      case VAL_LOSS -> epoch.valLoss();
      case VAL_ACC -> epoch.valAcc();
      case VAL_MACRO_F1 -> epoch.valMacroF1();
    };
  }

  /** Which of two scores is better. */
  public enum Mode {
    /** The smaller. */
    MIN,
    /** The greater. */
    MAX;

    /** What every score is better than. */
    public double worst() {
      return this == MIN ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
    }

    /** Whether a score is better by more than {@code by}. */
    public boolean improves(double score, double best, double by) {
      return this == MIN ? score < best - by : score > best + by;
    }
  }
}
