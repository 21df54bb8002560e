package org.endossl.tfrecords;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TfRecordReaderTest {

  @TempDir Path directory;

  private static byte[] bytes(int length, long seed) {
    byte[] data = new byte[length];
    new SplittableRandom(seed).nextBytes(data);
    return data;
  }

  private Path write(Compression compression, List<byte[]> records) throws IOException {
    Path file = directory.resolve("x.tfrecord" + compression.suffix());
    try (TfRecordWriter writer = TfRecordWriter.create(file)) {
      for (byte[] record : records) {
        writer.write(record);
      }
      writer.commit();
    }
    return file;
  }

  private static List<byte[]> read(Path file) throws IOException {
    return read(file, Access.STREAMED);
  }

  private static List<byte[]> read(Path file, Access access) throws IOException {
    List<byte[]> records = new ArrayList<>();
    try (TfRecordReader reader = TfRecordReader.open(file, Compression.of(file), access)) {
      byte[] data;
      while ((data = reader.next()) != null) {
        records.add(data);
      }
      assertNull(reader.next());
    }
    return records;
  }

  @ParameterizedTest
  @EnumSource(Compression.class)
  void records_comeBack(Compression compression) throws IOException {
    List<byte[]> records =
        List.of(bytes(0, 1), bytes(1, 2), bytes(70_000, 3), bytes(5_000_000, 4), new byte[100_000]);
    Path file = write(compression, records);
    assertEquals(compression, Compression.of(file));
    List<byte[]> got = read(file);
    assertEquals(records.size(), got.size());
    for (int i = 0; i < got.size(); i++) {
      assertArrayEquals(records.get(i), got.get(i));
    }
  }

  @Test
  void mapped_isAsStreamed() throws IOException {
    List<byte[]> records = new ArrayList<>();
    for (int i = 0; i < 15; i++) { // 75 MB: more than one window
      records.add(bytes(5_000_000, i));
      records.add(bytes(i, i));
    }
    Path file = write(Compression.NONE, records);
    List<byte[]> got = read(file, Access.MAPPED);
    assertEquals(records.size(), got.size());
    for (int i = 0; i < got.size(); i++) {
      assertArrayEquals(records.get(i), got.get(i));
    }
    byte[] whole = Files.readAllBytes(file);
    for (int cut : new int[] {0, 5, 3000, 5_000_013, 66_000_000}) {
      Files.write(file, Arrays.copyOf(whole, cut));
      for (Access access : Access.values()) {
        DataException e = assertThrows(DataException.class, () -> read(file, access));
        DataException streamed = assertThrows(DataException.class, () -> read(file));
        assertEquals(streamed.problem(), e.problem());
      }
    }
    whole[70_000_000] ^= 1;
    Files.write(file, whole);
    DataException e = assertThrows(DataException.class, () -> read(file, Access.MAPPED));
    assertTrue(String.valueOf(e.getMessage()).contains("record 26: the data's checksum"));
    Path gzip = write(Compression.GZIP, List.of(bytes(3, 1)));
    assertThrows(IllegalArgumentException.class, () -> read(gzip, Access.MAPPED));
  }

  @Test
  void framing_isTensorFlows() throws IOException {
    byte[] data = "endossl".getBytes(StandardCharsets.UTF_8);
    byte[] length = {7, 0, 0, 0, 0, 0, 0, 0};
    ByteBuffer wanted = ByteBuffer.allocate(23).order(ByteOrder.LITTLE_ENDIAN);
    wanted.put(length).putInt(TestFrames.maskedCrc(length));
    wanted.put(data).putInt(TestFrames.maskedCrc(data));
    assertArrayEquals(wanted.array(), Files.readAllBytes(write(Compression.NONE, List.of(data))));
  }

  @ParameterizedTest
  @EnumSource(Compression.class)
  void place_isWhereTheRecordBegins(Compression compression) throws IOException {
    Path file = write(compression, List.of(bytes(10, 1), bytes(20, 2), bytes(30, 3)));
    try (TfRecordReader reader = TfRecordReader.open(file)) {
      assertEquals(-1, reader.record());
      reader.next();
      assertEquals(new Place(file, 0, 0), reader.place());
      reader.next();
      assertEquals(new Place(file, 26, 1), reader.place());
      reader.next();
      assertEquals(new Place(file, 62, 2), reader.place());
    }
  }

  @ParameterizedTest
  @EnumSource(Compression.class)
  void truncation_atEveryByte_isADataException(Compression compression) throws IOException {
    byte[] whole = Files.readAllBytes(write(compression, List.of(bytes(60, 1))));
    for (int length = 0; length < whole.length; length++) {
      Path file = directory.resolve("cut.tfrecord" + compression.suffix());
      Files.write(file, Arrays.copyOf(whole, length));
      assertThrows(DataException.class, () -> read(file), length + " bytes");
    }
  }

  @Test
  void truncation_atARecordsEnd_leavesTheRecordsBefore() throws IOException {
    Path file = write(Compression.NONE, List.of(bytes(10, 1), bytes(20, 2)));
    byte[] whole = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(whole, 26));
    assertEquals(1, read(file).size());
  }

  @ParameterizedTest
  @EnumSource(Compression.class)
  void bytesBehindTheEnd_areRefused(Compression compression) throws IOException {
    Path file = write(compression, List.of(bytes(60, 1)));
    byte[] whole = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(whole, whole.length + 3));
    DataException e = assertThrows(DataException.class, () -> read(file));
    // Compressed bytes are read ahead, so there the place is where reading stood.
    String where = compression == Compression.NONE ? "byte 76, record 1" : "byte 0, record 0";
    assertTrue(String.valueOf(e.getMessage()).contains(where), e.getMessage());
  }

  @Test
  void gzipMembers_followEachOther() throws IOException {
    byte[] one = Files.readAllBytes(write(Compression.GZIP, List.of(bytes(60, 1))));
    byte[] two = Files.readAllBytes(write(Compression.GZIP, List.of(bytes(61, 2))));
    Path file = directory.resolve("both.tfrecord.gz");
    Files.write(file, one);
    Files.write(file, two, java.nio.file.StandardOpenOption.APPEND);
    assertEquals(2, read(file).size());
  }

  @Test
  void lyingLength_allocatesNothing() throws IOException {
    for (long length : new long[] {1 << 30, (1 << 30) + 1L, 1L << 40, -1, Long.MIN_VALUE}) {
      byte[] header = new byte[8];
      ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
      ByteBuffer lie = ByteBuffer.allocate(40).order(ByteOrder.LITTLE_ENDIAN);
      lie.put(header).putInt(TestFrames.maskedCrc(header));
      Path plain = directory.resolve("lie.tfrecord");
      Files.write(plain, lie.array());
      assertThrows(DataException.class, () -> read(plain));
      ByteArrayOutputStream zipped = new ByteArrayOutputStream();
      try (OutputStream out = new GZIPOutputStream(zipped)) {
        out.write(lie.array());
      }
      Path gzip = directory.resolve("lie.tfrecord.gz");
      Files.write(gzip, zipped.toByteArray());
      DataException e = assertThrows(DataException.class, () -> read(gzip));
      assertTrue(e.problem().contains("wanted"), e.getMessage());
    }
  }

  @Test
  void wrongData_doesNotHideTheNextRecord() throws IOException {
    Path file = write(Compression.NONE, List.of(bytes(10, 1), bytes(20, 2)));
    byte[] whole = Files.readAllBytes(file);
    whole[15] ^= 1;
    Files.write(file, whole);
    try (TfRecordReader reader = TfRecordReader.open(file)) {
      assertThrows(DataException.class, reader::next);
      assertArrayEquals(bytes(20, 2), reader.next());
      assertNull(reader.next());
    }
  }

  @Test
  void wrongLength_isTheEnd() throws IOException {
    Path file = write(Compression.NONE, List.of(bytes(10, 1), bytes(20, 2)));
    byte[] whole = Files.readAllBytes(file);
    whole[3] ^= 1;
    Files.write(file, whole);
    try (TfRecordReader reader = TfRecordReader.open(file)) {
      assertThrows(DataException.class, reader::next);
      assertThrows(DataException.class, reader::next);
      reader.seek(26, 1);
      assertArrayEquals(bytes(20, 2), reader.next());
      assertEquals(1, reader.record());
    }
  }

  @Test
  void lengthThatLooksLikeGzip_isPlain() throws IOException {
    Path file = write(Compression.NONE, List.of(bytes(0x88b1f, 1)));
    assertEquals(Compression.NONE, Compression.of(file));
    assertEquals(1, read(file).size());
  }

  @Test
  void missingFile_isNamed() {
    Path file = directory.resolve("none.tfrecord");
    DataException e = assertThrows(DataException.class, () -> TfRecordReader.open(file));
    assertEquals(file + ": no such file; check the path", e.getMessage());
    assertThrows(DataException.class, () -> TfRecordReader.open(directory));
  }
}
