package org.endossl.tfrecords;

import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;

/** The uncompressed bytes of a record file. */
final class RecordStream {

  private static final int BUFFER = 1 << 16;

  private RecordStream() {}

  /** The bytes of the channel from its position on; closing the stream closes the channel. */
  static InputStream of(FileChannel channel, Compression compression) throws IOException {
    InputStream raw = new BufferedInputStream(Channels.newInputStream(channel), BUFFER);
    return switch (compression) {
      case NONE -> raw;
      // java.util.zip's GZIPInputStream takes garbage behind the last member for the end.
      case GZIP -> new BufferedInputStream(new GzipCompressorInputStream(raw, true), BUFFER);
      case ZLIB -> new BufferedInputStream(new Zlib(raw), BUFFER);
    };
  }

  /** One zlib stream that must end where the file ends. */
  private static final class Zlib extends FilterInputStream {

    private final Inflater inflater;
    private final InputStream raw;

    Zlib(InputStream raw) {
      this(raw, new Inflater());
    }

    private Zlib(InputStream raw, Inflater inflater) {
      super(new InflaterInputStream(raw, inflater, BUFFER));
      this.raw = raw;
      this.inflater = inflater;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
      int got = super.read(to, offset, length);
      if (got < 0 && (inflater.getRemaining() > 0 || raw.read() >= 0)) {
        throw new ZipException("bytes after the end of the zlib stream");
      }
      return got;
    }

    @Override
    public void close() throws IOException {
      super.close();
      inflater.end();
    }
  }
}
