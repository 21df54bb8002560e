package org.endossl.tfrecords.convert;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.params.provider.EnumSource.Mode.EXCLUDE;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.endossl.tfrecords.Compression;
import org.endossl.tfrecords.DataException;
import org.endossl.tfrecords.FrameCodec;
import org.endossl.tfrecords.FrameRecord;
import org.endossl.tfrecords.ImageSize;
import org.endossl.tfrecords.PhaseOrder;
import org.endossl.tfrecords.Share;
import org.endossl.tfrecords.TfRecordReader;
import org.endossl.tfrecords.convert.ConvertRequest.Layout;
import org.endossl.tfrecords.video.Decoder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Videos whose frame n is grey 37 n (mod 256) show which frame was taken. */
class VideoConversionTest {

  @TempDir Path directory;

  private ConvertReport run(Decoder decoder, double rate, @Nullable ImageSize size, String output)
      throws IOException {
    assumeTrue(decoder.isThere(), () -> "skipped: " + decoder + " is not there");
    return FramesConverter.run(
        new ConvertRequest(
                directory,
                directory.resolve(output),
                Layout.VIDEOS,
                List.of(),
                rate,
                size,
                Compression.NONE,
                1,
                PhaseOrder.ENDOSSL,
                true,
                false,
                1)
            .withReading(new ConvertRequest.Reading(decoder, 1, Share.ALL)),
        progress -> {});
  }

  private BufferedImage image(FrameRecord frame) throws IOException {
    return ImageIO.read(new ByteArrayInputStream(frame.image()));
  }

  private void requireRows(String output, long[] rows) throws IOException {
    Path file = directory.resolve(output).resolve("video01.tfrecord");
    try (TfRecordReader reader = TfRecordReader.open(file)) {
      byte[] data;
      while ((data = reader.next()) != null) {
        FrameRecord frame = FrameCodec.decode(data, reader.place());
        long row = rows[(int) frame.frameId()];
        assertEquals(rows.length, frame.totalFrames());
        assertEquals(row / 30, frame.phase());
        int second = (int) (row / 25);
        assertEquals(second & 1, frame.instruments().get(0));
        int grey = image(frame).getRGB(3, 3) & 0xff;
        long wanted = row * 37 % 256;
        assertTrue(Math.abs(grey - wanted) <= 2, row + ": " + grey + " and not " + wanted);
      }
      assertEquals(rows.length - 1, reader.record());
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EXCLUDE, names = "AUTO")
  void frameK_isTheVideosFrame25k(Decoder decoder) throws IOException {
    SmallCholec80.video(directory, "video01", 180);
    SmallCholec80.annotate(directory, "video01", 160, 7);
    ConvertReport report = run(decoder, 1, null, "out");
    assertEquals(7, report.frames());
    assertEquals(1, report.unannotated());
    assertEquals(decoder.described(), report.decoder());
    requireRows("out", new long[] {0, 25, 50, 75, 100, 125, 150});
    try (Stream<Path> files = Files.list(directory.resolve("out"))) {
      assertEquals(2, files.count());
    }
    run(decoder, 1, null, "again");
    assertArrayEquals(
        Files.readAllBytes(directory.resolve("out/video01.tfrecord")),
        Files.readAllBytes(directory.resolve("again/video01.tfrecord")));
  }

  @ParameterizedTest
  @EnumSource(mode = EXCLUDE, names = "AUTO")
  void otherRates_takeTheNearestRow(Decoder decoder) throws IOException {
    SmallCholec80.video(directory, "video01", 120);
    SmallCholec80.annotate(directory, "video01", 120, 5);
    run(decoder, 2, null, "two");
    requireRows("two", new long[] {0, 13, 25, 38, 50, 63, 75, 88, 100, 113});
    run(decoder, 3, null, "three");
    requireRows("three", new long[] {0, 8, 17, 25, 33, 42, 50, 58, 67, 75, 83, 92, 100, 108, 117});
    run(decoder, 25, null, "all");
    long[] all = new long[120];
    Arrays.setAll(all, i -> i);
    requireRows("all", all);
  }

  @ParameterizedTest
  @EnumSource(mode = EXCLUDE, names = "AUTO")
  void size_isAsAsked(Decoder decoder) throws IOException {
    SmallCholec80.video(directory, "video01", 60);
    SmallCholec80.annotate(directory, "video01", 60, 3);
    run(decoder, 1, new ImageSize(30, 20), "out");
    try (TfRecordReader reader = TfRecordReader.open(directory.resolve("out/video01.tfrecord"))) {
      byte[] data = reader.next();
      BufferedImage image =
          image(FrameCodec.decode(data == null ? new byte[0] : data, reader.place()));
      assertEquals(30, image.getWidth());
      assertEquals(20, image.getHeight());
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EXCLUDE, names = "AUTO")
  void damagedVideos_areRefused(Decoder decoder) throws IOException {
    SmallCholec80.video(directory, "video01", 150);
    SmallCholec80.annotate(directory, "video01", 1000, 40);
    DataException shorter = assertThrows(DataException.class, () -> run(decoder, 1, null, "out"));
    assertTrue(
        shorter.problem().contains("ends after 6 frames, its annotations after 40"),
        shorter.problem());
    Path video = directory.resolve("videos/video01.mp4");
    Files.write(video, Arrays.copyOf(Files.readAllBytes(video), 3000));
    DataException broken = assertThrows(DataException.class, () -> run(decoder, 1, null, "out"));
    assertTrue(
        broken
            .problem()
            .contains(
                decoder == Decoder.PATH
                    ? "ffmpeg failed with code"
                    : "no video, FFmpeg says: Invalid data"),
        broken.problem());
    try (Stream<Path> files = Files.list(directory.resolve("out"))) {
      assertEquals(1, files.count());
    }
  }
}
