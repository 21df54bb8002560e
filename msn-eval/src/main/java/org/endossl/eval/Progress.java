package org.endossl.eval;

/**
 * How far long work has come.
 *
 * @param stage what is being done, such as {@code features}
 * @param done units done
 * @param total units to do
 * @param unit of {@code done} and {@code total}, such as {@code frames}
 * @param perSecond units per second so far
 * @param note a few words or numbers, may be empty
 */
public record Progress(
    String stage, long done, long total, String unit, double perSecond, String note) {
  /** Seconds to go at the speed so far; NaN while there is none. */
  public double secondsLeft() {
    return perSecond > 0 ? (total - done) / perSecond : Double.NaN;
  }
}
