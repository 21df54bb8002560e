package org.endossl.train;

/** The machine has fewer devices than a step is to be cut among; the message says how many. */
public final class MissingDevicesException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Says how many were wanted, how many there are, and what to do. */
  public MissingDevicesException(String message) {
    super(message);
  }
}
