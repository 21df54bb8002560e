package org.endossl.tfrecords;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** Times writing and reading of records, checksums included, on one thread. */
public final class RecordsBench {
  private static final int ROUNDS = 5;

  /**
   * What was measured; a megabyte is 10^6 bytes.
   *
   * @param records in the file
   * @param recordBytes of data in each
   * @param writeMegabytesPerSecond median of five files, synced to the disk
   * @param readMegabytesPerSecond median of five readings, both checksums of each record checked;
   *     the file is in the system's cache
   * @param mappedMegabytesPerSecond the same of the file mapped into memory
   */
  public record Figures(
      int records,
      int recordBytes,
      double writeMegabytesPerSecond,
      double readMegabytesPerSecond,
      double mappedMegabytesPerSecond) {}

  private RecordsBench() {}

  /**
   * Writes files of random bytes, reads them and removes them.
   *
   * @param folder with room for the file
   * @param records at least 1
   * @param recordBytes of each, at least 1
   */
  public static Figures run(Path folder, int records, int recordBytes) throws IOException {
    if (records < 1 || recordBytes < 1 || recordBytes > RecordFraming.MAX_RECORD_BYTES) {
      throw new IllegalArgumentException(
          "records: got "
              + records
              + " of "
              + recordBytes
              + " bytes, wanted at least 1 of 1 byte to 1 GiB");
    }
    byte[] data = new byte[recordBytes];
    new Random(1).nextBytes(data);
    double megabytes = (double) records * recordBytes / 1e6;
    Path file = folder.resolve("bench.tfrecord");
    double[] write = new double[ROUNDS];
    double[] read = new double[ROUNDS];
    double[] mapped = new double[ROUNDS];
    try {
      for (int i = 0; i < ROUNDS; i++) {
        write[i] = megabytes / write(file, data, records);
        read[i] = megabytes / read(file, records, Access.STREAMED);
        mapped[i] = megabytes / read(file, records, Access.MAPPED);
      }
    } finally {
      Files.deleteIfExists(file);
    }
    return new Figures(records, recordBytes, median(write), median(read), median(mapped));
  }

  private static double write(Path file, byte[] data, int records) throws IOException {
    long start = System.nanoTime();
    try (TfRecordWriter writer = TfRecordWriter.create(file, Compression.NONE)) {
      for (int i = 0; i < records; i++) {
        writer.write(data);
      }
      writer.commit();
    }
    return (System.nanoTime() - start) / 1e9;
  }

  private static double read(Path file, int records, Access access) throws IOException {
    long start = System.nanoTime();
    int count = 0;
    try (TfRecordReader reader = TfRecordReader.open(file, Compression.NONE, access)) {
      while (reader.next() != null) {
        count++;
      }
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    if (count != records) {
      throw new DataException(file + ": got " + count + " records, wanted " + records);
    }
    return seconds;
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    java.util.Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
