package org.endossl.tfrecords;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IndexFileTest {

  private static final FileTime LONG_AGO = FileTime.fromMillis(1_600_000_000_123L);

  @TempDir Path directory;

  private Path settled(String name) throws IOException {
    Path file = TestFrames.file(directory.resolve(name), "video01", 5);
    return Files.setLastModifiedTime(file, LONG_AGO);
  }

  private static List<FrameIndex.Entry> scan(Path file) throws IOException {
    return FrameIndex.scan(List.of(file)).entries();
  }

  @Test
  void secondScan_takesTheSideFile_andGivesTheSame() throws IOException {
    for (String name : List.of("x.tfrecord", "x.tfrecord.gz")) {
      Path file = settled(name);
      List<FrameIndex.Entry> first = scan(file);
      assertTrue(Files.exists(directory.resolve("." + name + ".index")));
      Files.write(file, new byte[(int) Files.size(file)]);
      Files.setLastModifiedTime(file, LONG_AGO);
      assertEquals(first, scan(file)); // the records were not read
    }
  }

  @Test
  void aChangedFile_isReadAgain() throws IOException {
    Path file = settled("x.tfrecord");
    scan(file);
    byte[] bytes = Files.readAllBytes(file);
    bytes[20] ^= 1;
    Files.write(file, bytes);
    assertThrows(DataException.class, () -> scan(file));
  }

  @Test
  void aFreshFile_getsNoSideFile() throws IOException {
    scan(TestFrames.file(directory.resolve("x.tfrecord"), "video01", 1));
    assertFalse(Files.exists(directory.resolve(".x.tfrecord.index")));
  }

  @Test
  void aReadOnlyDirectory_isLeftAlone() throws IOException {
    assumeTrue(
        Files.getFileStore(directory).supportsFileAttributeView("posix"), "skipped: no POSIX");
    Path file = settled("x.tfrecord");
    Set<PosixFilePermission> before = Files.getPosixFilePermissions(directory);
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("r-xr-xr-x"));
    try {
      assertEquals(5, scan(file).size());
      assertFalse(Files.exists(IndexFile.beside(file)));
    } finally {
      Files.setPosixFilePermissions(directory, before);
    }
  }

  @Test
  void aDamagedSideFile_isPassedOver() throws IOException {
    Path file = settled("x.tfrecord");
    List<FrameIndex.Entry> first = scan(file);
    Path index = IndexFile.beside(file);
    byte[] whole = Files.readAllBytes(index);
    for (int i = 0; i < whole.length; i++) {
      byte[] changed = whole.clone();
      changed[i] ^= 4;
      Files.write(index, i % 2 == 0 ? changed : Arrays.copyOf(whole, i));
      assertEquals(first, scan(file));
    }
  }

  @Test
  void flags_comeBack() {
    for (int bits = 0; bits < 128; bits++) {
      assertEquals(bits, FrameLabels.bits(FrameLabels.flags(bits)));
    }
    assertNotEquals(FrameLabels.flags(1), FrameLabels.flags(64));
  }
}
