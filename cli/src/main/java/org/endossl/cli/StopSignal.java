package org.endossl.cli;

/** Ctrl-C, for commands that end by themselves when it comes. */
final class StopSignal {
  private volatile boolean requested;
  private volatile boolean polled;

  /** From now on the command asks {@link #requested} often and must not be interrupted. */
  void poll() {
    polled = true;
  }

  /** Whether the person wants the command to end. */
  boolean requested() {
    return requested;
  }

  /** Asks the command to end: at its next look, or by interrupting it if it does not look. */
  void request(Thread work) {
    requested = true;
    if (!polled) {
      work.interrupt();
    }
  }
}
