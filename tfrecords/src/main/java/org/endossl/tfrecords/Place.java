package org.endossl.tfrecords;

import java.nio.file.Path;

/**
 * Where a record is.
 *
 * @param file the file, as the caller named it
 * @param offset the byte at which the record's length field begins, in the uncompressed stream
 * @param record the record's number in its file, from 0
 */
public record Place(Path file, long offset, long record) {

  /**
   * The exception for a problem here.
   *
   * @param problem what was found and what was wanted; then, after a semicolon, what to do
   */
  public DataException fail(String problem) {
    return new DataException(this, problem, null);
  }

  /** As {@link #fail(String)}, with the exception that showed the problem. */
  public DataException fail(String problem, Throwable cause) {
    return new DataException(this, problem, cause);
  }

  @Override
  public String toString() {
    return file + " at byte " + offset + ", record " + record;
  }
}
