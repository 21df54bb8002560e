package org.endossl.tfrecords;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordStatsTest {

  @TempDir Path directory;

  @Test
  void counts_areThoseOfTheRecords() throws IOException {
    Path file = directory.resolve("x.tfrecord");
    try (TfRecordWriter writer = TfRecordWriter.create(file)) {
      for (int id : new int[] {0, 1, 4, 5, 9}) {
        writer.write(FrameCodec.encode(TestFrames.frame("video01", id, 10, id % 2)));
      }
      writer.commit();
    }
    RecordStats stats = RecordStats.of(FrameIndex.scan(List.of(file)));
    RecordStats.Video video = stats.videos().get(0);
    assertEquals(5, video.frames());
    assertEquals(10, video.totalFrames());
    assertEquals(2, video.gaps());
    assertEquals(List.of(2L, 3L, 0L, 0L, 0L, 0L, 0L), video.phases());
    assertEquals(List.of(5L, 0L, 5L, 0L, 0L, 0L, 5L), video.instruments());
    assertEquals(video.phases(), stats.total().phases());
    List<String> lines = new ArrayList<>();
    stats.table(lines::add);
    assertTrue(lines.contains("1 CalotTriangleDissection          3  60.0 %"), lines.toString());
    assertEquals(
        5, stats.toJson().getAsJsonObject("total").getAsJsonPrimitive("frames").getAsInt());
  }
}
