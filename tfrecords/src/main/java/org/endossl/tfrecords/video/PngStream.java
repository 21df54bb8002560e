package org.endossl.tfrecords.video;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** PNG files one behind the other, as ffmpeg's {@code image2pipe} writes them. */
final class PngStream {

  private static final long SIGNATURE = 0x89504e470d0a1a0aL;
  private static final int IEND = 0x49454e44;
  private static final int MAX_BYTES = 1 << 28;

  private final DataInputStream in;

  PngStream(InputStream in) {
    this.in = new DataInputStream(in);
  }

  /**
   * The bytes of the next file, or null at the end.
   *
   * @throws EOFException when the stream ends within a file
   * @throws IOException when it holds something else
   */
  byte @Nullable [] next() throws IOException {
    int first = in.read();
    if (first < 0) {
      return null;
    }
    ByteArrayOutputStream png = new ByteArrayOutputStream(1 << 20);
    png.write(first);
    copy(png, 7);
    if (long64(png.toByteArray()) != SIGNATURE) {
      throw new IOException("the decoder wrote something that is no PNG");
    }
    int type;
    do {
      int length = in.readInt();
      type = in.readInt();
      if (length < 0 || length > MAX_BYTES - png.size()) {
        throw new IOException("the decoder wrote a PNG chunk of " + length + " bytes");
      }
      write32(png, length);
      write32(png, type);
      copy(png, length + Integer.BYTES);
    } while (type != IEND);
    return png.toByteArray();
  }

  private void copy(ByteArrayOutputStream to, int length) throws IOException {
    byte[] bytes = new byte[length];
    in.readFully(bytes);
    to.write(bytes, 0, length);
  }

  private static void write32(ByteArrayOutputStream to, int value) {
    for (int shift = 24; shift >= 0; shift -= 8) {
      to.write(value >> shift);
    }
  }

  private static long long64(byte[] bytes) {
    long value = 0;
    for (byte b : bytes) {
      value = value << 8 | (b & 0xff);
    }
    return value;
  }
}
