package org.endossl.tfrecords;

import java.util.Locale;
import java.util.zip.CRC32C;

/** The masked CRC-32C of TensorFlow's {@code core/lib/hash/crc32c.h}. */
final class MaskedCrc {

  private static final int MASK_DELTA = 0xa282ead8;

  private MaskedCrc() {}

  static int of(byte[] bytes, int offset, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, offset, length);
    int value = (int) crc.getValue();
    return Integer.rotateRight(value, 15) + MASK_DELTA;
  }

  /** Eight hexadecimal digits, as messages show it. */
  static String hex(int crc) {
    return String.format(Locale.ROOT, "%08x", crc);
  }
}
