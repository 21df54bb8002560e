package org.endossl.eval.probe;

/** Range checks; each message says name, got and wanted. */
final class Check {
  private Check() {}

  static void atLeast(String name, long value, long least) {
    if (value < least) {
      throw new IllegalArgumentException(name + ": got " + value + ", wanted at least " + least);
    }
  }

  static void within(String name, double value, double least, double most) {
    if (!(value >= least && value <= most)) {
      throw new IllegalArgumentException(
          name + ": got " + value + ", wanted in [" + least + ", " + most + "]");
    }
  }
}
