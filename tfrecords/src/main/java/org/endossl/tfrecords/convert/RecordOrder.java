package org.endossl.tfrecords.convert;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
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
   * @param files in their order
   * @throws IllegalArgumentException when compressed files would have to be read out of order
   */
  List<FrameIndex.Entry> of(FrameIndex index, List<Path> files, long seed) {
    Map<Path, Integer> turn = new HashMap<>();
    files.forEach(file -> turn.putIfAbsent(file, turn.size()));
    List<FrameIndex.Entry> lying = new ArrayList<>(index.entries());
    lying.sort(
        Comparator.comparing((FrameIndex.Entry e) -> turn.getOrDefault(e.file(), 0))
            .thenComparingLong(FrameIndex.Entry::offset));
    if (this == AS_IT_IS) {
      return lying;
    }
    for (FrameIndex.Entry entry : lying) {
      if (entry.compression() != Compression.NONE) {
        throw new IllegalArgumentException(
            "order: "
                + entry.file()
                + " is compressed, wanted plain files to be read out of order; write plain ones"
                + " first (--compression none)");
      }
    }
    if (this == VIDEO) {
      return index.entries(); // that is its order
    }
    Collections.shuffle(lying, new Random(seed));
    return lying;
  }
}
