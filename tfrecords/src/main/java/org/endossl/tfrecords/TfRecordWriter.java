package org.endossl.tfrecords;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;

/**
 * Writes one TFRecord file that appears complete or not at all: the bytes go to {@code FILE.part},
 * which {@link #commit} renames and {@link #close} removes when nothing was committed. The same
 * records give the same bytes. Not for use by several threads.
 */
public final class TfRecordWriter implements Closeable {

  private static final int BUFFER = 1 << 16;

  private final Path file;
  private final Path part;
  private final FileChannel channel;
  private final ChannelOutput raw;
  private final OutputStream out;
  private final byte[] header = new byte[RecordFraming.HEADER];
  private final byte[] footer = new byte[RecordFraming.FOOTER];
  private long offset;
  private long records;
  private boolean committed;

  private TfRecordWriter(Path file, Path part, FileChannel channel, Compression compression)
      throws IOException {
    this.file = file;
    this.part = part;
    this.channel = channel;
    this.raw = new ChannelOutput(channel);
    this.out =
        switch (compression) {
          case NONE -> raw;
          case GZIP -> new GZIPOutputStream(raw, BUFFER);
          case ZLIB ->
              new DeflaterOutputStream(raw, new Deflater(), BUFFER) {
                @Override
                public void close() throws IOException {
                  super.close();
                  def.end(); // one that was handed in is the caller's to end
                }
              };
        };
  }

  /** As {@link #create(Path, Compression)} with the compression that the file's name promises. */
  public static TfRecordWriter create(Path file) throws IOException {
    return create(file, Compression.ofName(file));
  }

  /**
   * Begins a file in a directory that exists; a file of that name is replaced at commit.
   *
   * @throws IOException when it cannot be written
   */
  public static TfRecordWriter create(Path file, Compression compression) throws IOException {
    Path part = OutputFiles.part(file);
    FileChannel channel =
        FileChannel.open(
            part,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE);
    try {
      return new TfRecordWriter(file, part, channel, compression);
    } catch (IOException e) {
      channel.close();
      throw OutputFiles.explained(file, e);
    }
  }

  /**
   * Appends a record of at most 1 GiB.
   *
   * @throws java.nio.file.FileSystemException with a clear line when there is no space left
   */
  public void write(byte[] data) throws IOException {
    if (data.length > RecordFraming.MAX_RECORD_BYTES) {
      throw new IllegalArgumentException(
          "record: got "
              + data.length
              + " bytes, wanted at most "
              + RecordFraming.MAX_RECORD_BYTES);
    }
    RecordFraming.putHeader(header, data.length);
    RecordFraming.putFooter(footer, data);
    try {
      out.write(header);
      out.write(data);
      out.write(footer);
    } catch (IOException e) {
      throw OutputFiles.explained(file, e);
    }
    offset += header.length + data.length + footer.length;
    records++;
  }

  /** The uncompressed bytes written so far: where the next record will begin. */
  public long offset() {
    return offset;
  }

  /** How many records were written. */
  public long records() {
    return records;
  }

  /** Finishes the file and gives it its name. */
  public void commit() throws IOException {
    if (committed) {
      return;
    }
    try {
      if (out instanceof DeflaterOutputStream deflater) {
        deflater.finish();
      }
      out.flush();
      channel.force(true);
      channel.close();
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw OutputFiles.explained(file, e);
    }
    committed = true;
  }

  /** Removes what was not committed. */
  @Override
  public void close() throws IOException {
    channel.close();
    raw.close();
    out.close(); // frees what compresses
    if (!committed) {
      Files.deleteIfExists(part);
    }
  }
}
