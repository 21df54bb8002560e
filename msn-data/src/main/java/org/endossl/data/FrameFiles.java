package org.endossl.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
  private final Map<Path, Long> sizes;

  private FrameFiles(
      List<FrameIndex.Entry> entries,
      List<String> videos,
      PhaseOrder phaseOrder,
      Map<Path, Long> sizes) {
    this.entries = entries;
    this.videos = videos;
    this.phaseOrder = phaseOrder;
    this.sizes = sizes;
  }

  /**
   * Takes the frames of the videos named, by their video id, whatever file they are in.
   *
   * @param videos at least one; their order does not matter
   * @throws DataException if one of them has no frame
   * @throws IOException if a file is gone
   */
  public static FrameFiles select(FrameIndex index, List<String> videos) throws IOException {
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
    List<FrameIndex.Entry> entries =
        index.entries().stream().filter(e -> wanted.contains(e.videoId())).toList();
    Map<Path, Long> sizes = new LinkedHashMap<>();
    for (FrameIndex.Entry entry : entries) {
      if (!sizes.containsKey(entry.file())) {
        sizes.put(entry.file(), Files.size(entry.file()));
      }
    }
    return new FrameFiles(entries, List.copyOf(new TreeSet<>(wanted)), index.phaseOrder(), sizes);
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

  /** The files that hold them, each with its bytes, in the order of the first frame in each. */
  Map<Path, Long> sizes() {
    return sizes;
  }

  private static String shortened(List<String> names) {
    int most = 8;
    return names.size() <= most
        ? String.join(", ", names)
        : String.join(", ", names.subList(0, most)) + " and " + (names.size() - most) + " more";
  }
}
