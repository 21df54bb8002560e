package org.endossl.cli;

/** The person pressed Ctrl-C; the message says how to go on. */
final class StoppedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  StoppedException(String message) {
    super(message);
  }
}
