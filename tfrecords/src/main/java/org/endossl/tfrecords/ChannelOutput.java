package org.endossl.tfrecords;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * A file's bytes gathered outside the heap: one copy, and one call of the system per megabyte. What
 * they are gathered in serves the next file: memory outside the heap comes back at the collector's
 * leisure only, and would grow with the number of files.
 */
final class ChannelOutput extends OutputStream {

  private static final int BUFFER = 1 << 20;

  private static final int MOST_FREE = 16;
  private static final BlockingQueue<ByteBuffer> FREE = new ArrayBlockingQueue<>(MOST_FREE);

  private final FileChannel channel;
  private @Nullable ByteBuffer buffer;

  ChannelOutput(FileChannel channel) {
    this.channel = channel;
    ByteBuffer free = FREE.poll();
    this.buffer = free == null ? ByteBuffer.allocateDirect(BUFFER) : free.clear();
  }

  /** Gives the buffer back with what is in it; whatever is written from now on is lost. */
  @Override
  public void close() {
    if (buffer != null) {
      FREE.offer(buffer);
      buffer = null;
    }
  }

  @Override
  public void write(int value) throws IOException {
    ByteBuffer buffer = this.buffer;
    if (buffer == null) {
      return;
    }
    if (!buffer.hasRemaining()) {
      flush();
    }
    buffer.put((byte) value);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    ByteBuffer buffer = this.buffer;
    int done = 0;
    while (buffer != null && done < length) {
      if (!buffer.hasRemaining()) {
        flush();
      }
      int count = Math.min(length - done, buffer.remaining());
      buffer.put(bytes, offset + done, count);
      done += count;
    }
  }

  @Override
  public void flush() throws IOException {
    ByteBuffer buffer = this.buffer;
    if (buffer == null) {
      return;
    }
    buffer.flip();
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
    buffer.clear();
  }
}
