package org.endossl.cli;

/** What a command's end means to a script. */
final class ExitCode {
  /** Done. */
  static final int DONE = 0;

  /** The work was done and a bar was missed: a parity bar, a suite's score. */
  static final int BAR_MISSED = 1;

  /** Wrong use: an unknown flag, a bad value, a wrong configuration key. */
  static final int USAGE = 2;

  /** Bad data: a file that is missing, damaged or not what it says. */
  static final int DATA = 3;

  /** The environment: no space, no permission, no native library, no driver. */
  static final int ENVIRONMENT = 4;

  /** Stopped by the person, as shells count SIGINT. */
  static final int INTERRUPTED = 130;

  private ExitCode() {}
}
