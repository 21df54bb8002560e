package org.endossl.train;

/** Range checks of configuration values; each message says name, got and wanted. */
final class Require {
  private Require() {}

  static void atLeast(String name, long value, long least) {
    if (value < least) {
      throw new IllegalArgumentException(name + ": got " + value + ", wanted at least " + least);
    }
  }

  static void within(String name, double value, double least, double most) {
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
