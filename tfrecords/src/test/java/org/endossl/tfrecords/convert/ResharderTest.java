package org.endossl.tfrecords.convert;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.endossl.tfrecords.Compression;
import org.endossl.tfrecords.DataException;
import org.endossl.tfrecords.FrameIndex;
import org.endossl.tfrecords.PhaseOrder;
import org.endossl.tfrecords.RecordFiles;
import org.endossl.tfrecords.RecordStats;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResharderTest {

  @TempDir Path directory;
  private List<Path> files = List.of();

  @BeforeEach
  void records() throws IOException {
    Path input = directory.resolve("in");
    for (String video : List.of("video01", "video02")) {
      SmallCholec80.frames(input, video, 5);
      SmallCholec80.annotate(input, video, 125, 5);
    }
    Path records = directory.resolve("records");
    FramesConverter.run(ConvertRequest.of(input, records), progress -> {});
    files = RecordFiles.list(List.of(records.toString()));
  }

  private List<Path> reshard(String output, int shards, Compression compression, PhaseOrder order)
      throws IOException {
    return Resharder.run(
        new ReshardRequest(files, directory.resolve(output), "all", shards, compression, order),
        record -> {});
  }

  @Test
  void shards_holdTheSameRecords() throws IOException {
    List<Path> shards = reshard("out", 3, Compression.GZIP, PhaseOrder.TF_CHOLEC80);
    assertEquals("all-00002-of-00003.tfrecord.gz", String.valueOf(shards.get(2).getFileName()));
    assertEquals(shards, RecordFiles.list(List.of(directory.resolve("out").toString())));
    RecordStats before = RecordStats.of(FrameIndex.scan(files));
    assertEquals(before, RecordStats.of(FrameIndex.scan(shards)));
    assertEquals(10, before.total().frames());
    assertEquals(0, before.total().gaps());
  }

  @Test
  void orders_convertBackToTheSameBytes() throws IOException {
    List<Path> once = reshard("a", 1, Compression.NONE, PhaseOrder.ENDOSSL);
    FrameIndex index = FrameIndex.scan(once);
    assertEquals(PhaseOrder.ENDOSSL, index.phaseOrder());
    assertEquals(0, index.entries().get(0).phase()); // row 0 is GallbladderPackaging
    files = once;
    List<Path> back = reshard("b", 1, Compression.NONE, PhaseOrder.TF_CHOLEC80);
    files = RecordFiles.list(List.of(directory.resolve("records").toString()));
    List<Path> plain = reshard("c", 1, Compression.NONE, PhaseOrder.TF_CHOLEC80);
    assertArrayEquals(Files.readAllBytes(plain.get(0)), Files.readAllBytes(back.get(0)));
  }

  @Test
  void badRecords_leaveNothing() throws IOException {
    byte[] bytes = Files.readAllBytes(files.get(1));
    bytes[bytes.length - 1] ^= 1;
    Files.write(files.get(1), bytes);
    assertThrows(DataException.class, () -> reshard("out", 2, Compression.NONE, PhaseOrder.TMRNET));
    assertFalse(Files.exists(directory.resolve("out")));
  }

  @Test
  void anOccupiedDirectory_isRefused() {
    assertThrows(
        IllegalArgumentException.class,
        () -> reshard("records", 2, Compression.NONE, PhaseOrder.TF_CHOLEC80));
    assertThrows(
        IllegalArgumentException.class,
        () -> reshard("out", 11, Compression.NONE, PhaseOrder.TF_CHOLEC80));
  }
}
