package org.endossl.tfrecords;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds everything that is wrong with some record files, where {@link FrameIndex#scan} stops at the
 * first problem. Behind a damaged place of a plain file it looks for the next record; in a
 * compressed file the rest is lost. Side files are not believed, every byte is read.
 */
public final class RecordVerifier {

  private final Consumer<Problem> found;
  private final List<Problem> problems = new ArrayList<>();
  private final Map<String, Video> videos = new TreeMap<>();
  private long records;
  private long bytes;

  /**
   * One thing that is wrong.
   *
   * @param file the file
   * @param offset the byte at which the record begins, or -1 for the file as a whole
   * @param record the record's number from 0, or -1; behind a place where records were lost the
   *     numbers count those that were found
   * @param expectation what was found and what was wanted
   */
  public record Problem(Path file, long offset, long record, String expectation) {

    /**
     * What an exception is about.
     *
     * @param file named where the exception names no record
     */
    public static Problem of(Path file, DataException e) {
      Place place = e.place();
      return place == null
          ? new Problem(file, -1, -1, e.problem())
          : new Problem(place.file(), place.offset(), place.record(), e.problem());
    }

    /** The line for a person. */
    @Override
    public String toString() {
      return offset < 0 ? expectation : new Place(file, offset, record) + ": " + expectation;
    }
  }

  /**
   * What was seen.
   *
   * @param problems in the order in which they were found
   * @param files how many files were read
   * @param records how many good records they hold
   * @param bytes of those records, uncompressed
   * @param videos how many videos the records belong to
   * @param notes what need not be wrong: videos of which frames are not there
   */
  public record Report(
      List<Problem> problems,
      int files,
      long records,
      long bytes,
      int videos,
      List<String> notes) {}

  /** Where the frames of one video are. */
  private record Video(FramePlaces frames, long total, Place first) {}

  private RecordVerifier(Consumer<Problem> found) {
    this.found = found;
  }

  /** As {@link #verify(List, Consumer)}, for those who wait for the report. */
  public static Report verify(List<Path> files) throws IOException {
    return verify(files, problem -> {});
  }

  /**
   * Reads the files to their ends.
   *
   * @param found told of each problem at once
   * @throws IOException when a file cannot be read for a reason that is not its content
   */
  public static Report verify(List<Path> files, Consumer<Problem> found) throws IOException {
    RecordVerifier verifier = new RecordVerifier(found);
    verifier.orders(files);
    for (Path file : files) {
      verifier.file(file);
    }
    return verifier.report(files.size());
  }

  private void orders(List<Path> files) throws IOException {
    try {
      FrameIndex.order(files);
    } catch (DataException e) {
      add(files.get(0), e);
    }
  }

  private void file(Path file) throws IOException {
    try (TfRecordReader reader = TfRecordReader.open(file)) {
      boolean more = true;
      while (more) {
        try {
          byte[] data = reader.next();
          more = data != null && record(data, reader);
        } catch (DataException e) {
          add(file, e);
          more = reader.canGoOn() || reader.findNext();
        }
      }
    } catch (DataException e) {
      add(file, e);
    }
  }

  private boolean record(byte[] data, TfRecordReader reader) {
    try {
      FrameCodec.Parsed frame = FrameCodec.parse(data, reader.place());
      records++;
      bytes += data.length;
      frame(frame, reader.place());
    } catch (DataException e) {
      add(reader.file(), e);
    }
    return true;
  }

  private void frame(FrameCodec.Parsed frame, Place place) throws DataException {
    Video video =
        videos.computeIfAbsent(
            frame.videoId(), id -> new Video(new FramePlaces(), frame.totalFrames(), place));
    Place before = video.frames().putIfAbsent(frame.frameId(), place);
    if (before != null) {
      throw place.fail(FrameIndex.twice(frame.videoId(), frame.frameId(), before));
    }
    if (video.total() != frame.totalFrames()) {
      throw place.fail(
          "total_frames is "
              + frame.totalFrames()
              + ", wanted "
              + video.total()
              + " as in "
              + video.first()
              + "; correct one of them");
    }
  }

  private void add(Path file, DataException e) {
    Problem problem = Problem.of(file, e);
    problems.add(problem);
    found.accept(problem);
  }

  private Report report(int files) {
    List<String> notes = new ArrayList<>();
    videos.forEach(
        (id, video) -> {
          String note = note(id, video.frames().size(), video.total());
          if (note != null) {
            notes.add(note);
          }
        });
    return new Report(
        List.copyOf(problems), files, records, bytes, videos.size(), List.copyOf(notes));
  }

  private static @Nullable String note(String id, long there, long total) {
    return there < total ? id + ": " + there + " of " + total + " frames are there" : null;
  }
}
