package org.endossl.tfrecords;

import java.io.IOException;
import java.io.InputStream;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;

/**
 * The bytes of a plain file through windows of it that are mapped into memory one after the other.
 * A file that is cut while it is read stops the process, as any mapped file does: for files that
 * are complete.
 */
final class MappedStream extends InputStream {

  private static final long WINDOW = 1 << 26;

  private final FileChannel channel;
  private final long size;
  private MappedByteBuffer window;
  private long end;

  /** From the channel's position on. */
  MappedStream(FileChannel channel) throws IOException {
    this.channel = channel;
    this.size = channel.size();
    long from = Math.min(channel.position(), size);
    this.window = map(from);
  }

  private MappedByteBuffer map(long from) throws IOException {
    long length = Math.min(WINDOW, size - from);
    end = from + length;
    return channel.map(MapMode.READ_ONLY, from, length);
  }

  /** Whether there is a byte at hand; maps the next window where this one is used up. */
  private boolean more() throws IOException {
    if (!window.hasRemaining() && end < size) {
      window = map(end);
    }
    return window.hasRemaining();
  }

  @Override
  public int read() throws IOException {
    return more() ? window.get() & 0xff : -1;
  }

  @Override
  public int read(byte[] to, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (!more()) {
      return -1;
    }
    int got = Math.min(length, window.remaining());
    window.get(to, offset, got);
    return got;
  }
}
