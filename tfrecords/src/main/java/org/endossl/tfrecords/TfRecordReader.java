package org.endossl.tfrecords;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Reads the records of one file in order; every checksum is compared, no length is believed before
 * its own checksum is right. Not for use by several threads.
 */
public final class TfRecordReader implements Closeable {

  private static final String AGAIN = "; the file is damaged, copy or convert it again";

  private static final int SMALL = 1 << 22;

  private final Path file;
  private final Compression compression;
  private final Access access;
  private final FileChannel channel;
  private InputStream in;
  private final byte[] header = new byte[RecordFraming.HEADER];
  private final byte[] footer = new byte[RecordFraming.FOOTER];
  private long offset;
  private long record = -1;
  private long next;
  private boolean lost;

  private TfRecordReader(Path file, Compression compression, Access access, FileChannel channel)
      throws IOException {
    this.file = file;
    this.compression = compression;
    this.access = access;
    this.channel = channel;
    try {
      this.in = stream();
    } catch (IOException e) {
      throw decided(e);
    }
  }

  /** Opens a file whose compression is found out by {@link Compression#of}. */
  public static TfRecordReader open(Path file) throws IOException {
    return open(file, Compression.of(file));
  }

  private InputStream stream() throws IOException {
    return access == Access.MAPPED
        ? new MappedStream(channel)
        : RecordStream.of(channel, compression);
  }

  /** As {@link #open(Path, Compression, Access)}, streamed. */
  public static TfRecordReader open(Path file, Compression compression) throws IOException {
    return open(file, compression, Access.STREAMED);
  }

  /**
   * Opens a file.
   *
   * @throws DataException when there is no such file or its compressed stream does not begin well
   * @throws IllegalArgumentException when a compressed file is to be mapped
   * @throws IOException when it cannot be opened
   */
  public static TfRecordReader open(Path file, Compression compression, Access access)
      throws IOException {
    RecordFiles.requireFile(file);
    if (access == Access.MAPPED && compression != Compression.NONE) {
      throw new IllegalArgumentException(
          file + ": is compressed by " + compression + ", wanted a plain file to be mapped");
    }
    FileChannel channel = FileChannel.open(file);
    try {
      return new TfRecordReader(file, compression, access, channel);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /**
   * The data of the next record, or null at the end.
   *
   * <p>After a wrong checksum of the data the reader goes on behind that record; after any other
   * failure each further call fails.
   *
   * @throws DataException when the file is damaged, ends within a record or has no record at all
   */
  public byte @Nullable [] next() throws IOException {
    if (lost) {
      throw fail("the records after a damaged place cannot be found" + AGAIN);
    }
    lost = true;
    int got = fill(header);
    if (got == 0 && next > 0) {
      lost = false;
      return null;
    }
    record++;
    offset = next;
    if (got == 0) {
      throw fail("the file is empty, wanted at least one record; write or copy it again");
    }
    int length = length(got);
    byte[] data = data(length);
    if (fill(footer) < footer.length) {
      throw fail("the file ends within the data's checksum, wanted 4 bytes" + AGAIN);
    }
    next = offset + header.length + length + footer.length;
    lost = false;
    int computed = MaskedCrc.of(data, 0, length);
    if (computed != RecordFraming.crc(footer, 0)) {
      throw fail(
          "the data's checksum is "
              + MaskedCrc.hex(computed)
              + ", wanted "
              + MaskedCrc.hex(RecordFraming.crc(footer, 0))
              + AGAIN);
    }
    return data;
  }

  private int length(int got) throws IOException {
    if (got < header.length) {
      throw fail("the file ends " + got + " bytes into a record's 12-byte header" + AGAIN);
    }
    if (!RecordFraming.lengthIsRight(header, 0)) {
      int computed = MaskedCrc.of(header, 0, Long.BYTES);
      throw fail(
          "the length's checksum is "
              + MaskedCrc.hex(computed)
              + ", wanted "
              + MaskedCrc.hex(RecordFraming.crc(header, Long.BYTES))
              + (record == 0
                  ? "; not a TFRecord file, or damaged: copy or convert it again"
                  : AGAIN));
    }
    long length = RecordFraming.length(header, 0);
    if (length < 0 || length > RecordFraming.MAX_RECORD_BYTES) {
      throw fail(
          "the record has "
              + Long.toUnsignedString(length)
              + " bytes, wanted at most "
              + RecordFraming.MAX_RECORD_BYTES
              + "; write smaller records");
    }
    return (int) length;
  }

  private byte[] data(int length) throws IOException {
    long there = Long.MAX_VALUE;
    if (compression == Compression.NONE) {
      there = channel.size() - offset - header.length;
    }
    if (length > there) {
      throw fail("the file ends after " + there + " bytes of data, wanted " + length + AGAIN);
    }
    int got;
    byte[] data;
    try {
      // A compressed file may promise more than it holds: then memory grows with what is read.
      if (compression == Compression.NONE || length <= SMALL) {
        data = new byte[length];
        got = in.readNBytes(data, 0, length);
      } else {
        data = in.readNBytes(length);
        got = data.length;
      }
    } catch (IOException e) {
      throw decided(e);
    }
    if (got < length) {
      throw fail("the file ends after " + got + " bytes of data, wanted " + length + AGAIN);
    }
    return data;
  }

  private int fill(byte[] to) throws IOException {
    try {
      return in.readNBytes(to, 0, to.length);
    } catch (IOException e) {
      throw decided(e);
    }
  }

  /** In a compressed file a failed read is damage; in a plain one it is the machine's. */
  private IOException decided(IOException e) {
    return compression == Compression.NONE ? e : fail(broken(e), e);
  }

  private String broken(Exception e) {
    String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return "the " + compression + " stream is broken (" + why + ")" + AGAIN;
  }

  private DataException fail(String problem) {
    return place().fail(problem);
  }

  private DataException fail(String problem, Exception cause) {
    return place().fail(problem, cause);
  }

  /**
   * Goes to a record of a plain file, for random access and for going on behind damage.
   *
   * @param offset the byte at which the record's length field begins
   * @param record the number that the record gets in messages
   * @throws IllegalStateException when the file is compressed
   */
  public void seek(long offset, long record) throws IOException {
    if (compression != Compression.NONE) {
      throw new IllegalStateException(file + ": random access needs a file without compression");
    }
    channel.position(offset);
    in = stream();
    this.next = offset;
    this.offset = offset;
    this.record = record - 1;
    this.lost = false;
  }

  /** The byte at which the record that was read last (or that failed) begins. */
  public long offset() {
    return offset;
  }

  /** The number of the record that was read last (or that failed), from 0; -1 before the first. */
  public long record() {
    return record;
  }

  /** Where the record is that was read last or that failed. */
  public Place place() {
    return new Place(file, offset, Math.max(0, record));
  }

  /** The file that is read. */
  public Path file() {
    return file;
  }

  /** How the file is compressed. */
  public Compression compression() {
    return compression;
  }

  /** Whether {@link #next} can go on after it failed. */
  boolean canGoOn() {
    return !lost;
  }

  /** Goes to the next record behind the one that failed; false when there is none to be found. */
  boolean findNext() throws IOException {
    if (compression != Compression.NONE) {
      return false;
    }
    long found = Resync.find(channel, offset + 1);
    if (found >= 0) {
      seek(found, record + 1);
    }
    return found >= 0;
  }

  @Override
  public void close() throws IOException {
    in.close();
    channel.close();
  }
}
