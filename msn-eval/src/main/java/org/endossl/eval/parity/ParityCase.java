package org.endossl.eval.parity;

/**
 * One comparison.
 *
 * @param golden the file or folder it belongs to
 * @param name what was compared
 * @param difference the largest difference found; NaN if there is no number
 * @param bar the largest difference allowed; NaN if it is no single number, see the note
 * @param note what the difference is measured in, or why there is none
 * @param verdict whether the bar holds
 */
public record ParityCase(
    String golden, String name, double difference, double bar, String note, Verdict verdict) {

  /** What came out. */
  public enum Verdict {
    /** Within the bar. */
    HOLDS,
    /** Beyond the bar. */
    MISSED,
    /** This build cannot run it; counts as not holding. */
    NOT_SUPPORTED
  }

  /** A comparison by numbers; a NaN never holds. */
  static ParityCase of(String golden, String name, double difference, double bar, String note) {
    return new ParityCase(
        golden, name, difference, bar, note, difference <= bar ? Verdict.HOLDS : Verdict.MISSED);
  }

  /** A golden kind or a part of it that this build cannot run. */
  static ParityCase unsupported(String golden, String name) {
    return new ParityCase(
        golden, name, Double.NaN, Double.NaN, "not supported by this build", Verdict.NOT_SUPPORTED);
  }

  /** Whether the bar holds. */
  public boolean holds() {
    return verdict == Verdict.HOLDS;
  }
}
