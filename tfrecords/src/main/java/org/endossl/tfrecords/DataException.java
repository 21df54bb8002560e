package org.endossl.tfrecords;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Files that are not what they should be; the message is one line for a person: {@code FILE at byte
 * N, record K: got, wanted; what to do}.
 */
public final class DataException extends IOException {

  private static final long serialVersionUID = 1L;

  private final transient @Nullable Place place;
  private final String problem;

  /** A problem that belongs to no single record. */
  public DataException(String message) {
    super(message);
    this.place = null;
    this.problem = message;
  }

  /** A problem that belongs to no single record, and the exception that showed it. */
  public DataException(String message, Throwable cause) {
    super(message, cause);
    this.place = null;
    this.problem = message;
  }

  DataException(Place place, String problem, @Nullable Throwable cause) {
    super(place + ": " + problem, cause);
    this.place = place;
    this.problem = problem;
  }

  /** The record concerned, or null when the problem belongs to no single record. */
  public @Nullable Place place() {
    return place;
  }

  /** The message without the place. */
  public String problem() {
    return problem;
  }
}
