package org.endossl.tfrecords;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BadRecordsTest {

  @TempDir Path directory;

  private static FrameIndex skip(BadRecords bad, Path... files) throws IOException {
    return FrameIndex.scan(List.of(files), bad, bytes -> {});
  }

  private static List<Long> frames(FrameIndex index) {
    return index.entries().stream().map(FrameIndex.Entry::frameId).toList();
  }

  private Path damaged(String name, int record, int byteInRecord) throws IOException {
    Path file = TestFrames.file(directory.resolve(name), "video01", 6);
    FrameIndex.Entry entry = FrameIndex.scan(List.of(file)).entries().get(record);
    byte[] bytes = Files.readAllBytes(file);
    bytes[(int) entry.offset() + byteInRecord] ^= 1;
    Files.write(file, bytes);
    return file;
  }

  @Test
  void skip_passesOverARecordOfAWrongChecksum_andListsIt() throws IOException {
    Path file = damaged("x.tfrecord", 2, 40);
    assertThrows(DataException.class, () -> skip(BadRecords.fail(), file));
    BadRecords bad = BadRecords.skip();
    assertEquals(List.of(0L, 1L, 3L, 4L, 5L), frames(skip(bad, file)));
    assertEquals(1, bad.skipped().size());
    RecordVerifier.Problem problem = bad.skipped().get(0);
    assertEquals(file, problem.file());
    assertEquals(2, problem.record());
    assertTrue(problem.expectation().startsWith("the data's checksum is "), problem.toString());
    assertFalse(
        Files.exists(directory.resolve(".x.tfrecord.index")), "bad files have no side file");
  }

  @Test
  void skip_findsTheNextRecordBehindABrokenLength_andTheEntriesCanBeRead() throws IOException {
    Path file = damaged("x.tfrecord", 1, 0);
    BadRecords bad = BadRecords.skip();
    FrameIndex index = skip(bad, file);
    assertEquals(List.of(0L, 2L, 3L, 4L, 5L), frames(index));
    try (EntryReader reader = EntryReader.open(file)) {
      for (FrameIndex.Entry entry : index.entries()) {
        assertEquals(
            TestFrames.frame("video01", entry.frameId(), 6, (int) entry.frameId() % 7),
            reader.frame(entry));
      }
    }
    assertEquals(1, bad.skipped().size());
  }

  @Test
  void skip_ofACutFile_keepsWhatIsWhole() throws IOException {
    Path file = TestFrames.file(directory.resolve("x.tfrecord"), "video01", 6);
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 7));
    BadRecords bad = BadRecords.skip();
    assertEquals(5, skip(bad, file).entries().size());
    assertEquals(5, bad.skipped().get(0).record());
  }

  @Test
  void skip_inCompressedFiles_leavesOutWhatLiesBehindDamage() throws IOException {
    Path plain = damaged("plain.tfrecord", 2, 40);
    Path compressed = TestFrames.file(directory.resolve("x.tfrecord.gz"), "video02", 6);
    byte[] bytes = Files.readAllBytes(compressed);
    Files.write(compressed, Arrays.copyOf(bytes, bytes.length / 2));
    BadRecords bad = BadRecords.skip();
    FrameIndex index = skip(bad, plain, compressed);
    // The plain file is read from its beginning too, together with the compressed one.
    assertEquals(2, index.entries().stream().filter(e -> e.videoId().equals("video01")).count());
    assertTrue(index.entries().size() < 7);
    assertEquals(2, bad.skipped().size());
    assertTrue(
        bad.skipped().get(0).expectation().endsWith("; the records behind it are left out too"));
  }

  @Test
  void skip_ofAFrameThatIsThereTwice_keepsTheFirst() throws IOException {
    Path first = TestFrames.file(directory.resolve("a.tfrecord"), "video01", 3);
    Path second = TestFrames.file(directory.resolve("b.tfrecord"), "video01", 3);
    BadRecords bad = BadRecords.skip();
    FrameIndex index = skip(bad, first, second);
    assertEquals(3, index.entries().size());
    assertTrue(index.entries().stream().allMatch(e -> e.file().equals(first)));
    assertEquals(3, bad.skipped().size());
  }

  @Test
  void skip_ofPixelsThatDoNotUnpack_passesOverWhatAPlainScanLetsThrough() throws IOException {
    Path file = directory.resolve("x.tfrecord");
    try (TfRecordWriter writer = TfRecordWriter.create(file)) {
      for (int i = 0; i < 3; i++) {
        FrameRecord good = TestFrames.frame("video01", i, 3, 0);
        byte[] image = i == 1 ? unpackable(good.image()) : good.image();
        writer.write(
            FrameCodec.encode(
                new FrameRecord(image, "video01", i, 3, good.instruments(), good.phase())));
      }
      writer.commit();
    }
    assertEquals(3, FrameIndex.scan(List.of(file)).entries().size());
    BadRecords bad = BadRecords.skip();
    assertEquals(List.of(0L, 2L), frames(skip(bad, file)));
    assertTrue(bad.skipped().get(0).expectation().startsWith("frame is a PNG "));
  }

  /** The first byte of the pixels changed, the chunk's checksum made to fit. */
  private static byte[] unpackable(byte[] png) {
    ByteBuffer bytes = ByteBuffer.wrap(png.clone());
    int at = 8;
    while (bytes.getInt(at + 4) != 0x49444154) {
      at += 12 + bytes.getInt(at);
    }
    int length = bytes.getInt(at);
    bytes.put(at + 8 + length / 2, (byte) ~bytes.get(at + 8 + length / 2));
    CRC32 crc = new CRC32();
    crc.update(bytes.array(), at + 4, length + 4);
    bytes.putInt(at + 8 + length, (int) crc.getValue());
    return bytes.array();
  }

  @Test
  void write_listsThem_andWritesNothingWithout() throws IOException {
    BadRecords bad = BadRecords.skip();
    skip(bad, TestFrames.file(directory.resolve("good.tfrecord"), "video02", 2));
    bad.write(directory);
    assertFalse(Files.exists(directory.resolve(BadRecords.FILE)));
    skip(bad, damaged("x.tfrecord", 2, 40));
    skip(bad, directory.resolve("x.tfrecord")); // read twice, listed once
    bad.write(directory);
    JsonObject json =
        JsonParser.parseString(Files.readString(directory.resolve(BadRecords.FILE)))
            .getAsJsonObject();
    assertEquals(1, json.get("skipped").getAsInt());
    JsonObject record = json.getAsJsonArray("records").get(0).getAsJsonObject();
    assertEquals(2, record.get("record").getAsInt());
    assertTrue(record.get("reason").getAsString().contains("checksum"));
  }
}
