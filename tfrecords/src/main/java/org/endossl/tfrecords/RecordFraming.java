package org.endossl.tfrecords;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The bytes around a record: 8 of length (little endian), 4 of its masked CRC, the data, 4 of the
 * data's masked CRC (TensorFlow's {@code core/lib/io/record_writer.h}).
 */
final class RecordFraming {

  /** Length and its checksum. */
  static final int HEADER = 12;

  /** The checksum of the data. */
  static final int FOOTER = 4;

  /** Longer records are refused: 1 GiB. */
  static final int MAX_RECORD_BYTES = 1 << 30;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private RecordFraming() {}

  static long length(byte[] bytes, int at) {
    return (long) LONG.get(bytes, at);
  }

  static int crc(byte[] bytes, int at) {
    return (int) INT.get(bytes, at);
  }

  static boolean lengthIsRight(byte[] header, int at) {
    return MaskedCrc.of(header, at, Long.BYTES) == crc(header, at + Long.BYTES);
  }

  static void putHeader(byte[] to, int length) {
    LONG.set(to, 0, (long) length);
    INT.set(to, Long.BYTES, MaskedCrc.of(to, 0, Long.BYTES));
  }

  static void putFooter(byte[] to, byte[] data) {
    INT.set(to, 0, MaskedCrc.of(data, 0, data.length));
  }
}
