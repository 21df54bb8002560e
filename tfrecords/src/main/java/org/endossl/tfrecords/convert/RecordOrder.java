package org.endossl.tfrecords.convert;

import java.util.List;
import org.endossl.tfrecords.Compression;
import org.endossl.tfrecords.FrameIndex;

/** The order of records that are written anew. */
public enum RecordOrder {
  /** File by file as they lie there. */
  AS_IT_IS,
  /** Video by video, frame by frame. */
  VIDEO,
  /** Drawn from a seed, so that whoever reads the files in one go sees a mixture. */
  SHUFFLED;

  /**
   * Orders entries.
   *
   * @throws IllegalArgumentException when compressed files would have to be read out of order
   */
  List<FrameIndex.Entry> of(FrameIndex index, long seed) {
    if (this == AS_IT_IS) {
      return index.asTheyLie();
    }
    for (FrameIndex.Entry entry : index.entries()) {
      if (entry.compression() != Compression.NONE) {
        throw new IllegalArgumentException(
            "order: "
                + entry.file()
                + " is compressed, wanted plain files to be read out of order; write plain ones"
                + " first (--compression none)");
      }
    }
    return this == VIDEO ? index.entries() : index.shuffled(seed);
  }
}
