package org.endossl.tfrecords.convert;

import java.nio.file.Path;
import java.util.List;
import org.endossl.tfrecords.Compression;
import org.endossl.tfrecords.PhaseOrder;

/**
 * Records to be laid out anew.
 *
 * @param files the record files, as {@link org.endossl.tfrecords.RecordFiles#list} gives them
 * @param output a directory without record files; made when it is not there
 * @param stem how the new files' names begin
 * @param shards how many files; each takes an equal run of records
 * @param compression of the new files
 * @param phaseOrder how the new records number the phases
 */
public record ReshardRequest(
    List<Path> files,
    Path output,
    String stem,
    int shards,
    Compression compression,
    PhaseOrder phaseOrder) {

  public ReshardRequest {
    files = List.copyOf(files);
    if (!stem.matches("[A-Za-z0-9_-]{1,100}")) {
      throw new IllegalArgumentException(
          "stem: got \"" + stem + "\", wanted letters, digits, _ and -");
    }
    if (shards < 1 || shards > 99_999) {
      throw new IllegalArgumentException("shards: got " + shards + ", wanted 1 to 99999");
    }
  }
}
