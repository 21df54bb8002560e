package org.endossl.tfrecords.prepare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.endossl.tfrecords.DataException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnpackTest {

  @TempDir Path directory;

  private static byte[] text(String name) {
    return ("in " + name).getBytes(StandardCharsets.UTF_8);
  }

  private Path tar(String file, String... names) throws IOException {
    Path archive = directory.resolve(file);
    OutputStream raw = Files.newOutputStream(archive);
    try (TarArchiveOutputStream tar =
        new TarArchiveOutputStream(file.endsWith(".gz") ? new GZIPOutputStream(raw) : raw)) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      for (String name : names) {
        TarArchiveEntry entry = new TarArchiveEntry(name, true);
        byte[] bytes = name.endsWith("/") ? new byte[0] : text(name);
        entry.setSize(bytes.length);
        tar.putArchiveEntry(entry);
        tar.write(bytes);
        tar.closeArchiveEntry();
      }
    }
    return archive;
  }

  private Path zip(String file, String... names) throws IOException {
    Path archive = directory.resolve(file);
    try (ZipArchiveOutputStream zip = new ZipArchiveOutputStream(archive)) {
      for (String name : names) {
        zip.putArchiveEntry(new ZipArchiveEntry(name));
        zip.write(name.endsWith("/") ? new byte[0] : text(name));
        zip.closeArchiveEntry();
      }
    }
    return archive;
  }

  private Path target() {
    return directory.resolve("target");
  }

  private void unpack(Path archive, UnpackLimits limits) throws IOException {
    Unpack.run(archive, target(), limits, (entries, bytes) -> {});
  }

  private String refused(Path archive, UnpackLimits limits) throws IOException {
    DataException e = assertThrows(DataException.class, () -> unpack(archive, limits));
    assertFalse(Files.exists(target()), "half unpacked");
    assertFalse(Files.exists(directory.resolve("target.part")), "left behind");
    try (Stream<Path> all = Files.list(directory)) {
      assertTrue(all.allMatch(Files::isRegularFile), "something beside the archives");
    }
    return String.valueOf(e.getMessage());
  }

  @Test
  void everyKind_unpacksToTheSameFiles() throws IOException {
    String[] names = {"a/", "a/one.txt", "./a/b/two.txt", "a/" + "long/".repeat(40) + "x.txt"};
    for (Path archive : List.of(tar("x.tar", names), tar("x.tar.gz", names), zip("x.zip", names))) {
      unpack(archive, UnpackLimits.DEFAULT);
      assertEquals("in a/one.txt", Files.readString(target().resolve("a/one.txt")));
      assertEquals("in ./a/b/two.txt", Files.readString(target().resolve("a/b/two.txt")));
      assertTrue(Files.exists(target().resolve(names[3])), archive.toString());
      assertThrows(FileAlreadyExistsException.class, () -> unpack(archive, UnpackLimits.DEFAULT));
      Unpack.delete(target());
    }
  }

  @Test
  void pathsThatLeaveTheTarget_areRefused() throws IOException {
    for (String name :
        List.of(
            "../x", "a/../../x", "/x", "a/..", "C:\\x", "C:/x", "..\\x", "a/b/../../../x", "//x")) {
      assertTrue(
          refused(tar("x.tar", "good.txt", name), UnpackLimits.DEFAULT).contains(" is a path that"),
          name);
      if (!name.contains("\\")) { // which the writer turns into /
        assertTrue(
            refused(zip("x.zip", "good.txt", name), UnpackLimits.DEFAULT)
                .contains(" is a path that"),
            name);
      }
    }
  }

  @Test
  void linksAndDevices_areRefused() throws IOException {
    for (byte kind :
        new byte[] {
          TarConstants.LF_SYMLINK, TarConstants.LF_LINK, TarConstants.LF_CHR, TarConstants.LF_FIFO
        }) {
      Path archive = directory.resolve("x.tar");
      try (TarArchiveOutputStream tar =
          new TarArchiveOutputStream(Files.newOutputStream(archive))) {
        TarArchiveEntry entry = new TarArchiveEntry("out", kind);
        entry.setLinkName("/etc");
        tar.putArchiveEntry(entry);
        tar.closeArchiveEntry();
      }
      assertTrue(refused(archive, UnpackLimits.DEFAULT).contains("which is not unpacked"));
    }
    Path archive = directory.resolve("x.zip");
    try (ZipArchiveOutputStream zip = new ZipArchiveOutputStream(archive)) {
      ZipArchiveEntry entry = new ZipArchiveEntry("out");
      entry.setUnixMode(0120777);
      zip.putArchiveEntry(entry);
      zip.write(text("/etc"));
      zip.closeArchiveEntry();
    }
    assertTrue(refused(archive, UnpackLimits.DEFAULT).contains(" is a link"));
  }

  @Test
  void theSameNameTwice_isRefused() throws IOException {
    assertTrue(refused(tar("x.tar", "a", "./a"), UnpackLimits.DEFAULT).contains("there twice"));
  }

  @Test
  void tooMuch_isRefused_whateverTheHeadersSay() throws IOException {
    Path archive = directory.resolve("bomb.zip");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(archive))) {
      zip.putNextEntry(new ZipEntry("zeros"));
      byte[] zeros = new byte[1 << 20];
      for (int i = 0; i < 128; i++) {
        zip.write(zeros);
      }
      zip.closeEntry();
    }
    assertTrue(refused(archive, new UnpackLimits(1 << 20, 9, 1e9)).contains("more than 1048576"));
    assertTrue(
        refused(archive, UnpackLimits.DEFAULT).contains("more than is allowed (200.0 to one)"));
    Path many = tar("many.tar", "a", "b", "c");
    assertTrue(refused(many, new UnpackLimits(1000, 2, 1e9)).contains("more than 2 entries"));
  }

  @Test
  void damagedArchives_andOtherFiles_areRefused() throws IOException {
    for (Path archive : List.of(tar("x.tar.gz", "a", "b"), zip("x.zip", "a", "b"))) {
      byte[] bytes = Files.readAllBytes(archive);
      Files.write(archive, Arrays.copyOf(bytes, bytes.length - 20));
      assertTrue(refused(archive, UnpackLimits.DEFAULT).contains("damaged"), archive.toString());
    }
    Path none = Files.write(directory.resolve("x.bin"), new byte[2000]);
    assertTrue(refused(none, UnpackLimits.DEFAULT).contains("neither zip nor tar"));
  }
}
