package org.endossl.tfrecords;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordFilesTest {

  @TempDir Path directory;

  @BeforeEach
  void files() throws IOException {
    Files.createDirectory(directory.resolve("sub"));
    for (String name :
        List.of(
            "b.tfrecord",
            "a.tfrecord.gz",
            "c.tfrecords",
            "d.txt",
            "b.tfrecord.index",
            "b.tfrecord.part",
            "labels.json",
            "sub/e.tfrecord")) {
      Files.createFile(directory.resolve(name));
    }
  }

  private List<String> list(String... patterns) throws IOException {
    return RecordFiles.list(List.of(patterns).stream().map(p -> directory + "/" + p).toList())
        .stream()
        .map(file -> directory.relativize(file).toString())
        .toList();
  }

  @Test
  void directory_givesItsRecordFilesSorted() throws IOException {
    assertEquals(List.of("a.tfrecord.gz", "b.tfrecord", "c.tfrecords"), list(""));
  }

  @Test
  void globs_takeWhatTheyMatch_butNoSideFiles() throws IOException {
    assertEquals(List.of("a.tfrecord.gz", "b.tfrecord", "c.tfrecords", "d.txt"), list("*"));
    assertEquals(List.of("sub/e.tfrecord"), list("*/*.tfrecord"));
    assertEquals(List.of("b.tfrecord", "sub/e.tfrecord"), list("**.tfrecord"));
    assertEquals(List.of("a.tfrecord.gz", "b.tfrecord"), list("{a,b}.tfrecord*"));
  }

  @Test
  void everyFileOnce() throws IOException {
    assertEquals(
        List.of("a.tfrecord.gz", "b.tfrecord", "c.tfrecords"),
        list("b.tfrecord", "", "sub/../b.tfrecord"));
  }

  @Test
  void nothing_saysWhatWasLookedFor() {
    assertMessage("none.tfrecord: no such file", "none.tfrecord");
    assertMessage("*.png: no file matches", "*.png");
    assertMessage("none/*.tfrecord: no file matches", "none/*.tfrecord");
    assertMessage("[: not a glob", "[");
    DataException e = assertThrows(DataException.class, () -> RecordFiles.list(List.of()));
    assertTrue(String.valueOf(e.getMessage()).contains("none named"));
  }

  private void assertMessage(String part, String pattern) {
    DataException e = assertThrows(DataException.class, () -> list(pattern));
    assertTrue(String.valueOf(e.getMessage()).contains(part), e.getMessage());
  }

  @Test
  void emptyDirectory_isRefused() throws IOException {
    Files.createDirectory(directory.resolve("empty"));
    assertMessage("no record files in this directory", "empty");
  }

  @Test
  void missingShard_isRefused() throws IOException {
    Path shards = Files.createDirectory(directory.resolve("shards"));
    for (int i = 0; i < 3; i++) {
      Files.createFile(shards.resolve(Shards.name("x", i, 4, ".tfrecord")));
    }
    assertMessage("x-*-of-00004.tfrecord has 3 of 4 shards, the first missing is 00003", "shards");
    Files.createFile(shards.resolve("x-00003-of-00004.tfrecord"));
    assertEquals(4, list("shards").size());
  }
}
