package org.endossl.train;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.endossl.data.FrameFiles;
import org.endossl.tfrecords.FrameIndex;

/**
 * The records that a batch was made of.
 *
 * @param entries in the batch's order
 */
record BatchRecords(List<FrameIndex.Entry> entries) {
  private static final int SHOWN = 8;

  BatchRecords {
    entries = List.copyOf(entries);
  }

  /**
   * Those of some rows.
   *
   * @param rows places in {@link FrameFiles#entries}
   */
  static BatchRecords of(FrameFiles files, long[] rows) {
    List<FrameIndex.Entry> entries = new ArrayList<>();
    for (long row : rows) {
      entries.add(files.entries().get(Math.toIntExact(row)));
    }
    return new BatchRecords(entries);
  }

  /** The first few, for a message. */
  String shortened() {
    String first =
        entries.stream().limit(SHOWN).map(BatchRecords::text).collect(Collectors.joining(", "));
    int more = entries.size() - SHOWN;
    return more > 0 ? first + " and " + more + " more" : first;
  }

  private static String text(FrameIndex.Entry e) {
    return e.file() + " record " + e.record() + " (" + e.videoId() + " frame " + e.frameId() + ")";
  }

  /** All, as a table. */
  String csv() {
    StringBuilder text = new StringBuilder("file,record,offset,video,frame\n");
    for (FrameIndex.Entry e : entries) {
      text.append(e.file()).append(',').append(e.record()).append(',').append(e.offset());
      text.append(',').append(e.videoId()).append(',').append(e.frameId()).append('\n');
    }
    return text.toString();
  }
}
