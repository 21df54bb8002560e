package org.endossl.data;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.endossl.tfrecords.DataException;
import org.endossl.tfrecords.FrameIndex;
import org.endossl.tfrecords.PhaseOrder;

/** The frames of some videos among those that an index knows. */
public final class FrameFiles {
  private final List<FrameIndex.Entry> entries;
  private final List<String> videos;
  private final PhaseOrder phaseOrder;

  private FrameFiles(List<FrameIndex.Entry> entries, List<String> videos, PhaseOrder phaseOrder) {
    this.entries = entries;
    this.videos = videos;
    this.phaseOrder = phaseOrder;
  }

  /**
   * Takes the frames of the videos named, by their video id, whatever file they are in.
   *
   * @param videos at least one; their order does not matter
   * @throws DataException if one of them has no frame
   */
  public static FrameFiles select(FrameIndex index, List<String> videos) throws DataException {
    Set<String> missing = new TreeSet<>(videos);
    index.videos().forEach(missing::remove);
    if (!missing.isEmpty() || videos.isEmpty()) {
      throw new DataException(
          "no frames of "
              + (missing.isEmpty() ? "any video wanted" : shortened(List.copyOf(missing)))
              + "; the records hold "
              + shortened(index.videos())
              + "; change the split or add records");
    }
    Set<String> wanted = new HashSet<>(videos);
    return new FrameFiles(
        index.entries(wanted), List.copyOf(new TreeSet<>(wanted)), index.phaseOrder());
  }

  /**
   * One worker's part: every {@code count}-th frame from {@code index} on. The parts of all workers
   * have no frame in common and the same size, so that all take the same number of steps; up to
   * {@code count - 1} frames at the end are in no part.
   *
   * @param index 0 to {@code count - 1}
   * @param count how many workers there are
   */
  public FrameFiles shard(int index, int count) {
    if (count < 1 || index < 0 || index >= count || count > entries.size()) {
      throw new IllegalArgumentException(
          "shard: got "
              + index
              + " of "
              + count
              + ", wanted 0 or more of at most the "
              + entries.size()
              + " frames there are");
    }
    List<FrameIndex.Entry> part = new ArrayList<>();
    int end = entries.size() / count * count;
    for (int i = index; i < end; i += count) {
      part.add(entries.get(i));
    }
    List<String> its = part.stream().map(FrameIndex.Entry::videoId).distinct().sorted().toList();
    return new FrameFiles(List.copyOf(part), its, phaseOrder);
  }

  /** The same frames, which lie elsewhere; the list must not change. */
  FrameFiles with(List<FrameIndex.Entry> others) {
    return new FrameFiles(others, videos, phaseOrder);
  }

  /** How many frames there are; at least one. */
  public long frames() {
    return entries.size();
  }

  /** The videos' ids, sorted. */
  public List<String> videos() {
    return videos;
  }

  /** The order of all entries' phases. */
  public PhaseOrder phaseOrder() {
    return phaseOrder;
  }

  /** The frames, sorted by video and frame number. */
  public List<FrameIndex.Entry> entries() {
    return entries;
  }

  private static String shortened(List<String> names) {
    int most = 8;
    return names.size() <= most
        ? String.join(", ", names)
        : String.join(", ", names.subList(0, most)) + " and " + (names.size() - most) + " more";
  }
}
