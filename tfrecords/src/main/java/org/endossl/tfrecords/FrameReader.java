package org.endossl.tfrecords;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Reads the good frames of one file in order. What is done about bad ones is up to {@link
 * BadRecords}; where they are passed over, behind damage of a plain file the next record is looked
 * for, and the pixels of each PNG are unpacked too.
 */
final class FrameReader implements Closeable {

  private final TfRecordReader reader;
  private final BadRecords bad;
  private final boolean resyncs;
  private boolean clean = true;
  private boolean ended;

  private FrameReader(TfRecordReader reader, BadRecords bad, boolean resyncs) {
    this.reader = reader;
    this.bad = bad;
    this.resyncs = resyncs;
  }

  /**
   * Opens a file.
   *
   * @param resyncs whether records behind a damaged place serve; they do where single records are
   *     read by their offsets, not where the file is read from its beginning
   */
  static FrameReader open(Path file, Compression compression, BadRecords bad, boolean resyncs)
      throws IOException {
    return new FrameReader(TfRecordReader.open(file, compression), bad, resyncs);
  }

  /** The next good frame, or null at the end. */
  FrameCodec.@Nullable Parsed next() throws IOException {
    while (!ended) {
      byte[] data;
      try {
        data = reader.next();
      } catch (DataException e) {
        damaged(e);
        continue;
      }
      if (data == null) {
        return null;
      }
      try {
        return checked(FrameCodec.parse(data, reader.place()));
      } catch (DataException e) {
        clean = false;
        bad.handle(reader.file(), e);
      }
    }
    return null;
  }

  /** One that does not decode would stop what comes later. */
  private FrameCodec.Parsed checked(FrameCodec.Parsed frame) throws DataException {
    String problem =
        bad.skips()
            ? ImageCheck.pixelProblem(frame.example(), frame.imageOffset(), frame.imageLength())
            : null;
    if (problem != null) {
      throw reader.place().fail("frame is " + problem);
    }
    return frame;
  }

  private void damaged(DataException e) throws IOException {
    clean = false;
    boolean readable = resyncs && reader.compression() == Compression.NONE;
    if (readable) {
      bad.handle(reader.file(), e);
      ended = !reader.canGoOn() && !reader.findNext();
    } else {
      String rest = bad.skips() ? "; the records behind it are left out too" : "";
      bad.handle(reader.file(), rest.isEmpty() ? e : reader.place().fail(e.problem() + rest, e));
      ended = true;
    }
  }

  /** Whether nothing was passed over so far. */
  boolean clean() {
    return clean;
  }

  /** Where the last frame was read from. */
  TfRecordReader reader() {
    return reader;
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
