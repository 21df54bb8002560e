package org.endossl.tfrecords;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Reads the records of an index' entries of one file. In a plain file they may come in any order;
 * in a compressed one in the order in which they lie there.
 */
public final class EntryReader implements Closeable {

  private final TfRecordReader reader;

  private EntryReader(TfRecordReader reader) {
    this.reader = reader;
  }

  /** Opens the file of some entries. */
  public static EntryReader open(Path file) throws IOException {
    return new EntryReader(TfRecordReader.open(file));
  }

  /**
   * The record's data, its checksums compared.
   *
   * @throws DataException when the file is not what it was when it was indexed
   */
  public byte[] read(FrameIndex.Entry entry) throws IOException {
    if (reader.compression() == Compression.NONE) {
      reader.seek(entry.offset(), entry.record());
      return next(entry);
    }
    if (reader.record() >= entry.record()) {
      throw new IllegalArgumentException(
          entry.place()
              + ": got it after record "
              + reader.record()
              + ", wanted ascending records");
    }
    byte[] data = next(entry);
    while (reader.record() < entry.record()) {
      data = next(entry);
    }
    return data;
  }

  private byte[] next(FrameIndex.Entry entry) throws IOException {
    byte[] data = reader.next();
    if (data == null) {
      throw entry.place().fail("the file ends before this record; it changed since it was indexed");
    }
    return data;
  }

  /** The frame of an entry. */
  public FrameRecord frame(FrameIndex.Entry entry) throws IOException {
    return FrameCodec.decode(read(entry), entry.place());
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
