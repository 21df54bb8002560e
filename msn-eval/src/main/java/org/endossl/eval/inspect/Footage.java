package org.endossl.eval.inspect;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.endossl.data.FrameFiles;
import org.endossl.eval.Progress;
import org.endossl.eval.ProgressListener;
import org.endossl.tfrecords.BadRecords;
import org.endossl.tfrecords.DataException;
import org.endossl.tfrecords.EntryReader;
import org.endossl.tfrecords.FrameIndex;
import org.endossl.tfrecords.Images;
import org.endossl.tfrecords.PhaseOrder;
import org.endossl.tfrecords.RecordFiles;
import org.jspecify.annotations.Nullable;

/** The frames of record files, found by video and number. */
public final class Footage {
  private final FrameIndex index;
  private final Map<Key, FrameIndex.Entry> entries = new LinkedHashMap<>();

  private Footage(FrameIndex index) {
    this.index = index;
    index.entries().forEach(e -> entries.put(key(e), e));
  }

  /**
   * A frame.
   *
   * @param video its video
   * @param frame its number there
   */
  public record Key(String video, long frame) {}

  /** Takes frames. */
  @FunctionalInterface
  public interface Sink {
    /**
     * One frame.
     *
     * @param encoded as it lies in its record
     * @param image decoded
     */
    void frame(Key key, byte[] encoded, BufferedImage image) throws IOException;
  }

  /**
   * Reads the index of record files.
   *
   * @param records TFRecord files, globs or directories
   * @throws DataException if there are none, or they are damaged
   */
  public static Footage open(List<String> records, BadRecords bad, ProgressListener listener)
      throws IOException {
    List<Path> files = RecordFiles.list(records);
    long bytes = 0;
    for (Path file : files) {
      bytes += Files.size(file);
    }
    long total = bytes;
    long start = System.nanoTime();
    return new Footage(
        FrameIndex.scan(
            files,
            bad,
            done -> {
              double seconds = Math.max(1e-9, (System.nanoTime() - start) * 1e-9);
              listener.progress(new Progress("index", done, total, "bytes", done / seconds, ""));
            }));
  }

  /** The videos' names, sorted. */
  public List<String> videos() {
    return index.videos();
  }

  /** The frames of a video in order; empty if it is not here. */
  public List<FrameIndex.Entry> of(String video) {
    return index.entries().stream().filter(e -> e.videoId().equals(video)).toList();
  }

  /** The order of all entries' phases. */
  public PhaseOrder phaseOrder() {
    return index.phaseOrder();
  }

  /** Of an entry. */
  public static Key key(FrameIndex.Entry entry) {
    return new Key(entry.videoId(), entry.frameId());
  }

  /** Whether a frame is there. */
  public boolean has(Key key) {
    return entries.containsKey(key);
  }

  /**
   * Some of the frames of some videos, evenly spread.
   *
   * @param videos with frames here, at least one
   * @param most how many at most
   */
  public FrameFiles spread(List<String> videos, int most) throws DataException {
    FrameFiles all = FrameFiles.select(index, videos);
    int every = Math.toIntExact((all.frames() + most - 1) / most);
    return every == 1 ? all : all.shard(0, every);
  }

  /**
   * Reads frames, file by file in the order of their records.
   *
   * @param wanted those that are not here are passed over
   * @throws DataException if one cannot be read or decoded
   */
  public void read(Collection<Key> wanted, Sink sink) throws IOException {
    Map<Path, List<FrameIndex.Entry>> byFile = new LinkedHashMap<>();
    for (Key key : new LinkedHashSet<>(wanted)) {
      FrameIndex.@Nullable Entry entry = entries.get(key);
      if (entry != null) {
        byFile.computeIfAbsent(entry.file(), f -> new ArrayList<>()).add(entry);
      }
    }
    for (Map.Entry<Path, List<FrameIndex.Entry>> file : byFile.entrySet()) {
      file.getValue().sort(Comparator.comparingLong(FrameIndex.Entry::record));
      try (EntryReader reader = EntryReader.open(file.getKey())) {
        for (FrameIndex.Entry entry : file.getValue()) {
          byte[] encoded = reader.frame(entry).image();
          BufferedImage image = Images.decode(encoded, entry.place().toString());
          sink.frame(key(entry), encoded, image);
        }
      }
    }
  }
}
