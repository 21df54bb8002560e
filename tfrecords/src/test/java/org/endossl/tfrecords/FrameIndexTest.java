package org.endossl.tfrecords;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FrameIndexTest {

  @TempDir Path directory;

  @Test
  void entries_areSortedByVideoAndFrame_andSayWhere() throws IOException {
    Path two = TestFrames.file(directory.resolve("a.tfrecord"), "video02", 2);
    Path one = directory.resolve("b.tfrecord.gz");
    try (TfRecordWriter writer = TfRecordWriter.create(one)) {
      writer.write(FrameCodec.encode(TestFrames.frame("video01", 9, 10, 1)));
      writer.write(FrameCodec.encode(TestFrames.frame("video01", 3, 10, 2)));
      writer.commit();
    }
    FrameIndex index = FrameIndex.scan(List.of(two, one));
    assertEquals(List.of("video01", "video02"), index.videos());
    assertEquals(
        List.of(3L, 9L, 0L, 1L), index.entries().stream().map(FrameIndex.Entry::frameId).toList());
    FrameIndex.Entry first = index.entries().get(0);
    assertEquals(one, first.file());
    assertEquals(Compression.GZIP, first.compression());
    assertEquals(1, first.record());
    assertEquals(2, first.phase());
    FrameIndex.Entry last = index.entries().get(3);
    try (TfRecordReader reader = TfRecordReader.open(two)) {
      reader.seek(last.offset(), last.record());
      byte[] data = Objects.requireNonNull(reader.next());
      assertEquals(last.length(), data.length);
      assertEquals(TestFrames.frame("video02", 1, 2, 1), FrameCodec.decode(data, reader.place()));
    }
  }

  @Test
  void aFrameTwice_namesBothPlaces() throws IOException {
    Path one = TestFrames.file(directory.resolve("a.tfrecord"), "video01", 2);
    Path two = TestFrames.file(directory.resolve("b.tfrecord"), "video01", 1);
    DataException e = assertThrows(DataException.class, () -> FrameIndex.scan(List.of(one, two)));
    assertEquals(
        two
            + " at byte 0, record 0: frame 0 of video01 is also "
            + one
            + " at byte 0, record 0, wanted each frame once; leave one out",
        e.getMessage());
  }

  @Test
  void mixedOrders_areRefused() throws IOException {
    Path a = Files.createDirectory(directory.resolve("a"));
    Path b = Files.createDirectory(directory.resolve("b"));
    PhaseOrder.ENDOSSL.write(b);
    Path one = TestFrames.file(a.resolve("a.tfrecord"), "video01", 1);
    Path two = TestFrames.file(b.resolve("b.tfrecord"), "video02", 1);
    assertEquals(PhaseOrder.ENDOSSL, FrameIndex.scan(List.of(two)).phaseOrder());
    DataException e = assertThrows(DataException.class, () -> FrameIndex.scan(List.of(one, two)));
    assertEquals(
        two
            + ": phase order endossl, but "
            + one
            + " has tf-cholec80; convert one of them, orders cannot be mixed",
        e.getMessage());
  }

  @Test
  void listener_hearsOfAllBytes() throws IOException {
    Path one = TestFrames.file(directory.resolve("a.tfrecord"), "video01", 2);
    Path two = TestFrames.file(directory.resolve("b.tfrecord"), "video02", 3);
    List<Long> told = new ArrayList<>();
    FrameIndex.scan(List.of(one, two), told::add);
    assertEquals(2, told.size());
    assertEquals(Files.size(one) + Files.size(two), told.get(1));
  }

  @Test
  void noFiles_areRefused() {
    assertThrows(DataException.class, () -> FrameIndex.scan(List.of()));
  }
}
