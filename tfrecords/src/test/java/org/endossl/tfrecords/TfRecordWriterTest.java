package org.endossl.tfrecords;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TfRecordWriterTest {

  @TempDir Path directory;

  @Test
  void uncommitted_leavesNothing() throws IOException {
    Path file = directory.resolve("x.tfrecord");
    try (TfRecordWriter writer = TfRecordWriter.create(file)) {
      writer.write(new byte[100_000]);
      assertTrue(Files.exists(directory.resolve("x.tfrecord.part")));
    }
    try (Stream<Path> left = Files.list(directory)) {
      assertEquals(0, left.count());
    }
  }

  @Test
  void commit_replacesTheOldFileOnly() throws IOException {
    Path file = TestFrames.file(directory.resolve("x.tfrecord"), "video01", 3);
    byte[] old = Files.readAllBytes(file);
    try (TfRecordWriter writer = TfRecordWriter.create(file)) {
      writer.write(new byte[10]);
      assertArrayEquals(old, Files.readAllBytes(file));
      writer.commit();
      assertEquals(26, writer.offset());
      assertEquals(1, writer.records());
    }
    assertEquals(26, Files.size(file));
    assertFalse(Files.exists(directory.resolve("x.tfrecord.part")));
  }

  @ParameterizedTest
  @EnumSource(Compression.class)
  void sameRecords_giveTheSameBytes(Compression compression) throws IOException {
    Path one = directory.resolve("1.tfrecord" + compression.suffix());
    Path two = directory.resolve("2.tfrecord" + compression.suffix());
    TestFrames.file(one, "video01", 5);
    TestFrames.file(two, "video01", 5);
    assertArrayEquals(Files.readAllBytes(one), Files.readAllBytes(two));
  }

  @Test
  void fullDisk_isOneClearLine() {
    Path file = Path.of("x.tfrecord");
    IOException full = OutputFiles.explained(file, new IOException("Disk quota exceeded"));
    assertEquals("x.tfrecord: No space left on device", full.getMessage());
    IOException other = new IOException("Input/output error");
    assertSame(other, OutputFiles.explained(file, other));
  }
}
