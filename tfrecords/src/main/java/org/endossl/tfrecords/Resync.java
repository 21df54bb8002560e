package org.endossl.tfrecords;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** Finds the next record behind a damaged place. */
final class Resync {

  private static final int BLOCK = 1 << 20;

  private Resync() {}

  /**
   * The first byte from which a record may begin: a length that fits the file, with the right
   * checksum.
   *
   * @param from the first byte to try
   * @return -1 when there is none
   */
  static long find(FileChannel channel, long from) throws IOException {
    byte[] block = new byte[BLOCK];
    long size = channel.size();
    for (long at = from;
        size - at >= RecordFraming.HEADER;
        at += BLOCK - RecordFraming.HEADER + 1) {
      int got = fill(channel, at, ByteBuffer.wrap(block));
      for (int i = 0; i + RecordFraming.HEADER <= got; i++) {
        long length = RecordFraming.length(block, i);
        long room = size - at - i - RecordFraming.HEADER - RecordFraming.FOOTER;
        if (length >= 0 && length <= room && RecordFraming.lengthIsRight(block, i)) {
          return at + i;
        }
      }
    }
    return -1;
  }

  private static int fill(FileChannel channel, long at, ByteBuffer to) throws IOException {
    while (to.hasRemaining()) {
      if (channel.read(to, at + to.position()) < 0) {
        break;
      }
    }
    return to.position();
  }
}
