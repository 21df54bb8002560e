package org.endossl.tfrecords;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

  private static final Comparator<Entry> ORDER =
      Comparator.comparing(Entry::videoId).thenComparingLong(Entry::frameId);

  private final List<Entry> entries;
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

  private FrameIndex(List<Entry> entries, PhaseOrder phaseOrder) {
    this.entries = List.copyOf(entries);
    this.videos = this.entries.stream().map(Entry::videoId).distinct().toList();
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
    List<Entry> entries = new ArrayList<>();
    AtomicLong done = new AtomicLong();
    List<List<Entry>> all =
        Parallel.map(
            files,
            file -> {
              Compression compression = compressions.getOrDefault(file, Compression.NONE);
              List<Entry> its = scan(file, compression, bad, plain);
              synchronized (done) {
                listener.accept(done.addAndGet(Files.size(file)));
              }
              return its;
            });
    all.forEach(entries::addAll);
    entries.sort(ORDER);
    return new FrameIndex(unique(entries, bad), order);
  }

  private static List<Entry> scan(
      Path file, Compression compression, BadRecords bad, boolean resyncs) throws IOException {
    IndexFile.Key key = IndexFile.Key.of(file);
    List<Entry> known = IndexFile.read(file, compression, key, bad.skips());
    if (known != null) {
      return known;
    }
    List<Entry> entries = new ArrayList<>();
    String video = "";
    try (FrameReader reader = FrameReader.open(file, compression, bad, resyncs)) {
      FrameCodec.Parsed frame;
      while ((frame = reader.next()) != null) {
        video = frame.videoId().equals(video) ? video : frame.videoId();
        entries.add(entry(reader.reader(), frame, video));
      }
      if (reader.clean() && !entries.isEmpty()) {
        IndexFile.write(file, key, entries, bad.skips());
      }
    } catch (DataException e) { // a compressed stream that does not begin
      bad.handle(file, e);
    }
    return entries;
  }

  private static Entry entry(TfRecordReader reader, FrameCodec.Parsed frame, String video) {
    return new Entry(
        reader.file(),
        reader.compression(),
        reader.record(),
        reader.offset(),
        frame.example().length,
        video,
        frame.frameId(),
        frame.totalFrames(),
        frame.phase(),
        FrameLabels.flags(FrameLabels.bits(frame.instruments())));
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

  private static List<Entry> unique(List<Entry> sorted, BadRecords bad) throws DataException {
    List<Entry> unique = new ArrayList<>(sorted.size());
    Entry last = null;
    for (Entry entry : sorted) {
      if (last != null && ORDER.compare(last, entry) == 0) {
        bad.handle(
            entry.file(),
            entry.place().fail(twice(entry.videoId(), entry.frameId(), last.place())));
      } else {
        unique.add(entry);
        last = entry;
      }
    }
    return unique;
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

  /** The frames, sorted by video and frame number. */
  public List<Entry> entries() {
    return entries;
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
