package org.endossl.model;

import java.io.IOException;

/** A file of weights is not what it should be; the message is the whole line for a person. */
public final class WeightsException extends IOException {
  private static final long serialVersionUID = 1;

  /** With the file, what it has, what was wanted, and what to do. */
  public WeightsException(String message) {
    super(message);
  }

  /** With the fault that was found underneath. */
  public WeightsException(String message, Throwable cause) {
    super(message, cause);
  }
}
