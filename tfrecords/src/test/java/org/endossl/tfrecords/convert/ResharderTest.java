package org.endossl.tfrecords.convert;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.endossl.tfrecords.Compression;
import org.endossl.tfrecords.DataException;
import org.endossl.tfrecords.EntryReader;
import org.endossl.tfrecords.FrameIndex;
import org.endossl.tfrecords.ImageCheck;
import org.endossl.tfrecords.ImageSize;
import org.endossl.tfrecords.Images;
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

  private FrameIndex recoded(String output, Recoding recoding, RecordOrder order)
      throws IOException {
    return FrameIndex.scan(
        Resharder.run(
            new ReshardRequest(
                files,
                directory.resolve(output),
                "all",
                2,
                Compression.NONE,
                PhaseOrder.ENDOSSL,
                recoding,
                order,
                5,
                2),
            record -> {}));
  }

  private static BufferedImage image(FrameIndex.Entry entry) throws IOException {
    try (EntryReader reader = EntryReader.open(entry.file())) {
      return Images.decode(reader.frame(entry).image(), "image");
    }
  }

  @Test
  void images_areResizedAndRecoded_labelsStay() throws IOException {
    FrameIndex before = FrameIndex.scan(files);
    for (String format : List.of("keep", "png", "stored", "jpeg", "jpeg:80")) {
      Recoding recoding = Recoding.parse(format, ImageSize.parse("10x6"));
      FrameIndex after = recoded(format.replace(":", ""), recoding, RecordOrder.AS_IT_IS);
      for (int i = 0; i < 10; i++) {
        FrameIndex.Entry entry = after.entries().get(i);
        FrameIndex.Entry old = before.entries().get(i);
        BufferedImage image = image(entry);
        assertEquals(10, image.getWidth());
        assertEquals(6, image.getHeight());
        int wanted = image(old).getRGB(3, 3) & 0xff;
        assertEquals(wanted, image.getRGB(5, 3) & 0xff, format.startsWith("jpeg") ? 2 : 0);
        assertEquals(old.frameId(), entry.frameId());
        assertEquals(old.instruments(), entry.instruments());
        assertEquals(
            PhaseOrder.TF_CHOLEC80.convert(old.phase(), PhaseOrder.ENDOSSL), entry.phase());
      }
      String label = Files.readString(directory.resolve(format.replace(":", "") + "/labels.json"));
      assertTrue(label.contains("\"size\":\"10x6\""), label);
    }
    for (String wrong : List.of("gif", "jpeg:", "jpeg:101", "JPEG")) {
      assertThrows(IllegalArgumentException.class, () -> Recoding.parse(wrong, null));
    }
  }

  @Test
  void storedPngs_keepEveryPixel() throws IOException {
    BufferedImage noise = new BufferedImage(301, 77, BufferedImage.TYPE_INT_RGB);
    Random random = new Random(3);
    for (int y = 0; y < 77; y++) {
      for (int x = 0; x < 301; x++) {
        noise.setRGB(x, y, random.nextInt());
      }
    }
    byte[] stored = Images.storedPng(noise);
    assertNull(ImageCheck.problem(stored, 0, stored.length));
    assertNull(ImageCheck.pixelProblem(stored, 0, stored.length));
    assertArrayEquals(Images.rgb(noise), Images.rgb(Images.decode(stored, "stored")));
  }

  private static List<String> lying(FrameIndex index) {
    return index.entries().stream()
        .sorted(
            Comparator.comparing((FrameIndex.Entry e) -> e.file().toString())
                .thenComparingLong(FrameIndex.Entry::offset))
        .map(e -> e.videoId() + " " + e.frameId())
        .toList();
  }

  @Test
  void orders_areAsAsked_andASeedGivesTheSame() throws IOException {
    FrameIndex shuffled = recoded("shuffled", Recoding.NONE, RecordOrder.SHUFFLED);
    List<String> sorted =
        shuffled.entries().stream().map(e -> e.videoId() + " " + e.frameId()).toList();
    List<String> drawn = lying(shuffled);
    assertNotEquals(sorted, drawn);
    assertEquals(drawn, lying(recoded("again", Recoding.NONE, RecordOrder.SHUFFLED)));
    files = RecordFiles.list(List.of(directory.resolve("shuffled").toString()));
    assertEquals(sorted, lying(recoded("video", Recoding.NONE, RecordOrder.VIDEO)));
    files = reshard("packed", 1, Compression.GZIP, PhaseOrder.TF_CHOLEC80);
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> recoded("x", Recoding.NONE, RecordOrder.VIDEO));
    assertTrue(String.valueOf(e.getMessage()).contains("is compressed"), e.getMessage());
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
