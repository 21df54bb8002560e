package org.endossl.tfrecords.prepare;

import java.io.IOException;

/** A server cannot be reached or does not send; the message says what was tried. */
public final class DownloadException extends IOException {

  private static final long serialVersionUID = 1L;

  DownloadException(String message, Throwable cause) {
    super(message, cause);
  }
}
