package org.endossl.cli;

/** A command was called wrongly; the message is the line that the person reads. */
final class UsageException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  UsageException(String message) {
    super(message);
  }
}
