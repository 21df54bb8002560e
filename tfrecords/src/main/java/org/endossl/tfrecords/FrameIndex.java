package org.endossl.tfrecords;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/**
 * Which frames are where: every record of some files, read once with its checksums, its schema and
 * its image's structure checked.
 *
 * <p>A hidden side file {@code .FILE.index} beside each record file keeps what was found, so that a
 * second scan need not read the records again; it is used only while the record file's size and
 * time of change are those that it names.
 */
public final class FrameIndex {

  /** The ending of the side file's name. */
  public static final String SIDE_FILE_SUFFIX = ".index";

  private final FrameRows entries;
  private final List<String> videos;
  private final PhaseOrder phaseOrder;

  /**
   * One frame.
   *
   * @param file the record file, as the caller named it
   * @param compression the whole file's
   * @param record the record's number in its file, from 0
   * @param offset the byte at which the record's length field begins, in the uncompressed stream
   * @param length bytes of the record's data
   * @param videoId the video's name
   * @param frameId the frame's number in its video
   * @param totalFrames frames of the whole video, or 0
   * @param phase 0 to 6 in {@link FrameIndex#phaseOrder}
   * @param instruments 0 or 1 for each of {@link Instruments#NAMES}
   */
  public record Entry(
      Path file,
      Compression compression,
      long record,
      long offset,
      int length,
      String videoId,
      long frameId,
      long totalFrames,
      int phase,
      List<Integer> instruments) {

    /** The same record in a plain copy of its file. */
    public Entry in(Path copy) {
      return new Entry(
          copy,
          Compression.NONE,
          record,
          offset,
          length,
          videoId,
          frameId,
          totalFrames,
          phase,
          instruments);
    }

    /** Where the record is, for messages. */
    public Place place() {
      return new Place(file, offset, record);
    }
  }

  private FrameIndex(FrameRows entries, PhaseOrder phaseOrder) {
    this.entries = entries;
    this.videos = entries.stream().map(Entry::videoId).distinct().toList();
    this.phaseOrder = phaseOrder;
  }

  /** As {@link #scan(List, BadRecords, LongConsumer)}, for those who need not show progress. */
  public static FrameIndex scan(List<Path> files) throws IOException {
    return scan(files, BadRecords.fail(), bytes -> {});
  }

  /** As {@link #scan(List, BadRecords, LongConsumer)}, where a bad record is an exception. */
  public static FrameIndex scan(List<Path> files, LongConsumer listener) throws IOException {
    return scan(files, BadRecords.fail(), listener);
  }

  /**
   * Reads the files, several at a time.
   *
   * <p>Where bad records are passed over, so is all that lies behind damage in a compressed file,
   * and in a plain one that is read together with compressed ones: those are read from their
   * beginning. Of frames that are there twice the first stays.
   *
   * @param files at least one, as {@link RecordFiles#list} gives them
   * @param bad what is done about bad records
   * @param listener told, file by file, how many bytes of all files are done; by one thread at a
   *     time
   * @throws DataException for the first bad record or a frame that is there twice, if they are not
   *     to be passed over, or files of two phase orders
   */
  public static FrameIndex scan(List<Path> files, BadRecords bad, LongConsumer listener)
      throws IOException {
    if (files.isEmpty()) {
      throw new DataException("record files: none named, wanted at least one");
    }
    PhaseOrder order = order(files);
    Map<Path, Compression> compressions = new HashMap<>();
    for (Path file : files) {
      compressions.put(file, Compression.of(file));
    }
    boolean plain = compressions.values().stream().allMatch(c -> c == Compression.NONE);
    AtomicLong done = new AtomicLong();
    List<FrameColumns> all =
        Parallel.map(
            files,
            file -> {
              Compression compression = compressions.getOrDefault(file, Compression.NONE);
              FrameColumns its = scan(file, compression, bad, plain);
              synchronized (done) {
                listener.accept(done.addAndGet(Files.size(file)));
              }
              return its;
            });
    return new FrameIndex(unique(FrameRows.sorted(all), bad), order);
  }

  private static FrameColumns scan(
      Path file, Compression compression, BadRecords bad, boolean resyncs) throws IOException {
    IndexFile.Key key = IndexFile.Key.of(file);
    FrameColumns known = IndexFile.read(file, compression, key, bad.skips());
    if (known != null) {
      return known;
    }
    FrameColumns frames = new FrameColumns(file, compression);
    try (FrameReader reader = FrameReader.open(file, compression, bad, resyncs)) {
      FrameCodec.Parsed frame;
      while ((frame = reader.next()) != null) {
        frames.add(
            reader.reader().record(),
            reader.reader().offset(),
            frame.example().length,
            new FrameColumns.Video(frame.videoId(), frame.totalFrames()),
            frame.frameId(),
            frame.phase(),
            FrameLabels.bits(frame.instruments()));
      }
      if (reader.clean() && frames.size() > 0) {
        IndexFile.write(file, key, frames, bad.skips());
      }
    } catch (DataException e) { // a compressed stream that does not begin
      bad.handle(file, e);
    }
    return frames;
  }

  /** The one phase order of the files' directories. */
  static PhaseOrder order(List<Path> files) throws IOException {
    PhaseOrder order = null;
    Path first = null;
    for (Path file : files) {
      PhaseOrder its = PhaseOrder.of(file);
      if (order != null && its != order) {
        throw new DataException(
            file
                + ": phase order "
                + its.key()
                + ", but "
                + first
                + " has "
                + order.key()
                + "; convert one of them, orders cannot be mixed");
      }
      order = its;
      first = file;
    }
    return order == null ? PhaseOrder.TF_CHOLEC80 : order;
  }

  /** Of frames with the same video and number the first. */
  private static FrameRows unique(FrameRows sorted, BadRecords bad) throws DataException {
    BitSet again = new BitSet();
    Entry last = null;
    for (int i = 0; i < sorted.size(); i++) {
      Entry entry = sorted.get(i);
      if (last != null
          && last.frameId() == entry.frameId()
          && last.videoId().equals(entry.videoId())) {
        again.set(i);
        bad.handle(
            entry.file(),
            entry.place().fail(twice(entry.videoId(), entry.frameId(), last.place())));
      } else {
        last = entry;
      }
    }
    return again.isEmpty() ? sorted : sorted.where(i -> !again.get(i));
  }

  static String twice(String videoId, long frameId, Place first) {
    return "frame "
        + frameId
        + " of "
        + videoId
        + " is also "
        + first
        + ", wanted each frame once; leave one out";
  }

  /**
   * The frames, sorted by video and frame number. An entry is made when it is asked for: an index
   * keeps about 35 bytes a frame.
   */
  public List<Entry> entries() {
    return entries;
  }

  /** Those of some videos, in the same order. */
  public List<Entry> entries(Set<String> some) {
    return entries.where(i -> some.contains(entries.get(i).videoId()));
  }

  /** The same frames file by file as they lie there. */
  public List<Entry> asTheyLie() {
    return entries.asTheyLie();
  }

  /** The same frames in an order that is drawn. */
  public List<Entry> shuffled(long seed) {
    return entries.asTheyLie().shuffled(new Random(seed));
  }

  /** The videos' names, sorted. */
  public List<String> videos() {
    return videos;
  }

  /** The order of all entries' phases. */
  public PhaseOrder phaseOrder() {
    return phaseOrder;
  }
}
