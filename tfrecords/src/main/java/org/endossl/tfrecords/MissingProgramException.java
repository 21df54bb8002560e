package org.endossl.tfrecords;

import java.io.IOException;

/** A program that is needed is not installed; the message says which and what to do. */
public final class MissingProgramException extends IOException {

  private static final long serialVersionUID = 1L;

  /** An exception with a line for a person. */
  public MissingProgramException(String message) {
    super(message);
  }
}
