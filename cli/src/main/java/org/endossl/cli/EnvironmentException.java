package org.endossl.cli;

/** The machine lacks something; the message says what, and what to do. */
final class EnvironmentException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  EnvironmentException(String message) {
    super(message);
  }
}
