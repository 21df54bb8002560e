package org.endossl.tfrecords;

/** One record as it lies in a file, for writers that append to a file which others read. */
public final class FramedRecord {
  private FramedRecord() {}

  /**
   * Length, its checksum, the data, and the data's checksum.
   *
   * @param data at most 1 GiB
   * @throws IllegalArgumentException if it is longer
   */
  public static byte[] of(byte[] data) {
    if (data.length > RecordFraming.MAX_RECORD_BYTES) {
      throw new IllegalArgumentException(
          "record: got "
              + data.length
              + " bytes, wanted at most "
              + RecordFraming.MAX_RECORD_BYTES);
    }
    byte[] header = new byte[RecordFraming.HEADER];
    byte[] footer = new byte[RecordFraming.FOOTER];
    RecordFraming.putHeader(header, data.length);
    RecordFraming.putFooter(footer, data);
    byte[] framed = new byte[header.length + data.length + footer.length];
    System.arraycopy(header, 0, framed, 0, header.length);
    System.arraycopy(data, 0, framed, header.length, data.length);
    System.arraycopy(footer, 0, framed, header.length + data.length, footer.length);
    return framed;
  }
}
