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
 * @param recoding what becomes of the images
 * @param order of the records
 * @param seed of the order where it is drawn
 * @param workers images worked on at a time
 */
public record ReshardRequest(
    List<Path> files,
    Path output,
    String stem,
    int shards,
    Compression compression,
    PhaseOrder phaseOrder,
    Recoding recoding,
    RecordOrder order,
    long seed,
    int workers) {

  /** Images and order as they are. */
  public ReshardRequest(
      List<Path> files,
      Path output,
      String stem,
      int shards,
      Compression compression,
      PhaseOrder phaseOrder) {
    this(
        files,
        output,
        stem,
        shards,
        compression,
        phaseOrder,
        Recoding.NONE,
        RecordOrder.AS_IT_IS,
        0,
        1);
  }

  public ReshardRequest {
    files = List.copyOf(files);
    if (!stem.matches("[A-Za-z0-9_-]{1,100}")) {
      throw new IllegalArgumentException(
          "stem: got \"" + stem + "\", wanted letters, digits, _ and -");
    }
    if (workers < 1) {
      throw new IllegalArgumentException("workers: got " + workers + ", wanted at least 1");
    }
    if (shards < 1 || shards > 99_999) {
      throw new IllegalArgumentException("shards: got " + shards + ", wanted 1 to 99999");
    }
  }
}
