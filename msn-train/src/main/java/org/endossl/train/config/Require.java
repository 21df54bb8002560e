package org.endossl.train.config;

/** Range checks of configuration values; each message says name, got and wanted. */
public final class Require {
  private Require() {}

  /**
   * Refuses a whole number that is too small.
   *
   * @throws IllegalArgumentException if {@code value < least}
   */
  public static void atLeast(String name, long value, long least) {
    if (value < least) {
      throw new IllegalArgumentException(name + ": got " + value + ", wanted at least " + least);
    }
  }

  /**
   * Refuses a number outside [least, most], and NaN; a {@code most} of {@link Double#MAX_VALUE}
   * reads as no upper bound.
   *
   * @throws IllegalArgumentException if the value is outside
   */
  public static void within(String name, double value, double least, double most) {
    if (!(value >= least && value <= most)) {
      throw new IllegalArgumentException(
          name
              + ": got "
              + value
              + ", wanted "
              + (most == Double.MAX_VALUE
                  ? "at least " + least
                  : "in [" + least + ", " + most + "]"));
    }
  }
}
