package org.endossl.tfrecords.convert;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.endossl.tfrecords.Compression;
import org.endossl.tfrecords.DataException;
import org.endossl.tfrecords.FrameCodec;
import org.endossl.tfrecords.FrameIndex;
import org.endossl.tfrecords.FrameRecord;
import org.endossl.tfrecords.ImageSize;
import org.endossl.tfrecords.Images;
import org.endossl.tfrecords.PhaseOrder;
import org.endossl.tfrecords.RecordFiles;
import org.endossl.tfrecords.RecordVerifier;
import org.endossl.tfrecords.Share;
import org.endossl.tfrecords.TfRecordReader;
import org.endossl.tfrecords.convert.ConvertRequest.Layout;
import org.endossl.tfrecords.video.Decoder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FramesConverterTest {

  @TempDir Path directory;
  private Path input = Path.of("");
  private Path output = Path.of("");

  @BeforeEach
  void places() {
    input = directory.resolve("in");
    output = directory.resolve("out");
  }

  private ConvertReport run(ConvertRequest request) throws IOException {
    return FramesConverter.run(request, progress -> {});
  }

  private ConvertRequest request() {
    return ConvertRequest.of(input, output);
  }

  private ConvertRequest request(
      @Nullable ImageSize size,
      Compression compression,
      int shards,
      PhaseOrder order,
      boolean resume) {
    return new ConvertRequest(
        input,
        output,
        Layout.AUTO,
        List.of(),
        1,
        size,
        compression,
        shards,
        order,
        true,
        resume,
        2);
  }

  private static List<FrameRecord> read(Path... files) throws IOException {
    List<FrameRecord> frames = new ArrayList<>();
    for (Path file : files) {
      try (TfRecordReader reader = TfRecordReader.open(file)) {
        byte[] data;
        while ((data = reader.next()) != null) {
          frames.add(FrameCodec.decode(data, reader.place()));
        }
      }
    }
    return frames;
  }

  private List<String> outputs() throws IOException {
    try (Stream<Path> files = Files.list(output)) {
      return files.map(file -> String.valueOf(file.getFileName())).sorted().toList();
    }
  }

  @Test
  void frames_getTheLabelOfRow25k_andKeepTheirBytes() throws IOException {
    SmallCholec80.frames(input, "video01", 6);
    SmallCholec80.annotate(input, "video01", 150, 6);
    ConvertReport report = run(request());
    assertEquals(6, report.frames());
    assertEquals(0, report.unannotated());
    assertEquals(List.of("labels.json", "video01.tfrecord"), outputs());
    List<FrameRecord> frames = read(output.resolve("video01.tfrecord"));
    assertEquals(6, frames.size());
    for (int k = 0; k < 6; k++) {
      FrameRecord frame = frames.get(k);
      Path file = input.resolve("frames/video01/video01_00000" + (k + 1) + ".png");
      assertArrayEquals(Files.readAllBytes(file), frame.image());
      assertEquals(k, frame.frameId());
      assertEquals(6, frame.totalFrames());
      assertEquals(SmallCholec80.phase(25L * k), PhaseOrder.TF_CHOLEC80.names().get(frame.phase()));
      assertEquals(k & 1, frame.instruments().get(0));
      assertEquals(k >> 2 & 1, frame.instruments().get(2));
    }
  }

  @Test
  void trailingFramesWithoutAnnotation_areLeftOutAndCounted() throws IOException {
    SmallCholec80.frames(input, "video01", 9);
    SmallCholec80.annotate(input, "video01", 151, 6); // row 150 has a phase, but no tools
    SmallCholec80.frames(input, "video02", 3);
    SmallCholec80.annotate(input, "video02", 126, 6); // more annotations than frames
    ConvertReport report = run(request());
    assertEquals(3, report.videos().get(0).unannotated());
    assertEquals(6, report.videos().get(0).frames());
    assertEquals(3, report.videos().get(1).unseen());
    FrameIndex index = FrameIndex.scan(RecordFiles.list(List.of(output.toString())));
    assertEquals(9, index.entries().size());
    assertEquals(3, index.entries().get(8).totalFrames());
  }

  @Test
  void sizeShardsCompressionAndOrder_areAsAsked() throws IOException {
    SmallCholec80.frames(input, "video01", 7);
    SmallCholec80.annotate(input, "video01", 175, 7);
    ConvertRequest request =
        request(new ImageSize(8, 4), Compression.GZIP, 3, PhaseOrder.ENDOSSL, false);
    run(request);
    assertEquals(
        List.of(
            "labels.json",
            "video01-00000-of-00003.tfrecord.gz",
            "video01-00001-of-00003.tfrecord.gz",
            "video01-00002-of-00003.tfrecord.gz"),
        outputs());
    List<Path> files = RecordFiles.list(List.of(output.toString()));
    FrameIndex index = FrameIndex.scan(files);
    assertEquals(PhaseOrder.ENDOSSL, index.phaseOrder());
    assertEquals(List.of(), RecordVerifier.verify(files).problems());
    List<FrameRecord> frames = read(files.toArray(new Path[0]));
    for (int k = 0; k < 7; k++) {
      assertEquals(k, frames.get(k).frameId());
      assertEquals(25 * k / 30, frames.get(k).phase());
      var image = ImageIO.read(new ByteArrayInputStream(frames.get(k).image()));
      assertEquals(8, image.getWidth());
      assertEquals(4, image.getHeight());
      assertEquals(0xff000000 | 3 * (k + 1) * 0x10101, image.getRGB(5, 2));
    }
  }

  @Test
  void sameInput_givesTheSameBytes_alsoAfterResume() throws IOException {
    for (String video : List.of("video01", "video02", "video03")) {
      SmallCholec80.frames(input, video, 4);
      SmallCholec80.annotate(input, video, 100, 4);
    }
    run(request());
    byte[] second = Files.readAllBytes(output.resolve("video02.tfrecord"));
    Files.delete(output.resolve("video02.tfrecord"));
    byte[] first = Files.readAllBytes(output.resolve("video01.tfrecord"));
    ConvertReport report = run(request(null, Compression.NONE, 1, PhaseOrder.TF_CHOLEC80, true));
    assertEquals(
        List.of(true, false, true),
        report.videos().stream().map(ConvertReport.Video::passedOver).toList());
    assertEquals(4, report.frames());
    assertArrayEquals(second, Files.readAllBytes(output.resolve("video02.tfrecord")));
    assertArrayEquals(first, Files.readAllBytes(output.resolve("video01.tfrecord")));
  }

  @Test
  void leftoversOfAKilledRun_doNotMatter() throws IOException {
    SmallCholec80.frames(input, "video01", 4);
    SmallCholec80.annotate(input, "video01", 100, 4);
    run(request());
    byte[] whole = Files.readAllBytes(output.resolve("video01.tfrecord"));
    Files.move(output.resolve("video01.tfrecord"), output.resolve("video01.tfrecord.part"));
    Files.write(output.resolve(".video01.spool.part"), new byte[9]);
    run(request(null, Compression.NONE, 1, PhaseOrder.TF_CHOLEC80, true));
    assertArrayEquals(whole, Files.readAllBytes(output.resolve("video01.tfrecord")));
    assertFalse(Files.exists(output.resolve("video01.tfrecord.part")));
  }

  @Test
  void aFailure_endsTheOtherWorkersToo() throws IOException {
    for (int i = 1; i < 6; i++) {
      SmallCholec80.frames(input, "video0" + i, 60);
      SmallCholec80.annotate(input, "video0" + i, 1500, 60);
    }
    Files.delete(input.resolve("frames/video01/video01_000004.png"));
    assertThrows(
        DataException.class,
        () -> run(request(null, Compression.GZIP, 2, PhaseOrder.TF_CHOLEC80, false)));
    assertTrue(outputs().stream().noneMatch(name -> name.endsWith(".part")), outputs().toString());
  }

  @Test
  void progress_reachesTheEnd() throws IOException {
    SmallCholec80.frames(input, "video01", 4);
    SmallCholec80.annotate(input, "video01", 150, 6);
    List<ConvertProgress> told = new ArrayList<>();
    FramesConverter.run(request(), told::add);
    ConvertProgress last = told.get(told.size() - 1);
    assertEquals(1, last.videosDone());
    assertEquals(6, last.frames());
    assertEquals(6, last.framesTotal());
    assertTrue(last.framesPerSecond() > 0);
    assertEquals(0, last.secondsLeft());
  }

  @Test
  void whatIsThereAlready_isNotMixedOrReplaced() throws IOException {
    SmallCholec80.frames(input, "video01", 2);
    SmallCholec80.annotate(input, "video01", 50, 2);
    run(request());
    assertUsage("is there already; resume", request());
    assertUsage(
        "choose another output directory",
        request(null, Compression.NONE, 1, PhaseOrder.ENDOSSL, true));
    Files.delete(output.resolve("labels.json"));
    assertUsage("holds record files of another origin", request());
  }

  private void assertUsage(String part, ConvertRequest request) {
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> run(request));
    assertTrue(String.valueOf(e.getMessage()).contains(part), e.getMessage());
  }

  private String refused() throws IOException {
    DataException e = assertThrows(DataException.class, () -> run(request()));
    assertFalse(Files.exists(output) && outputs().stream().anyMatch(n -> n.contains("video")));
    assertEquals(1, String.valueOf(e.getMessage()).lines().count());
    return String.valueOf(e.getMessage());
  }

  @Test
  void badInput_isNamed_andLeavesNoRecordFile() throws IOException {
    Files.createDirectory(input);
    assertTrue(refused().contains("no videos, looked for frames/*/ and videos/*.mp4"));
    SmallCholec80.frames(input, "video01", 4);
    assertTrue(refused().contains("video01-phase.txt: no such file"));
    SmallCholec80.annotate(input, "video01", 100, 4);
    Path phases = SmallCholec80.phaseFile(input, "video01");
    String good = Files.readString(phases);
    Files.writeString(phases, good.replace("7\tGallbladderPackaging", "7\tLunch"));
    assertTrue(refused().startsWith(phases + " line 9: phase: got \"Lunch\", wanted one of"));
    Files.writeString(phases, good.replace("\n7\t", "\n8\t"));
    assertTrue(refused().contains("line 9: \"8\\u0009Gall"));
    Files.writeString(phases, "nothing\n");
    assertTrue(refused().contains("line 1: \"nothing\", wanted the headings Frame, Phase"));
    Files.writeString(phases, good);
    Path tools = SmallCholec80.toolFile(input, "video01");
    String goodTools = Files.readString(tools);
    Files.writeString(tools, goodTools.replace("25\t1", "25\t2"));
    assertTrue(refused().contains("tool.txt line 3: \"2\", wanted 0 or 1"));
    Files.writeString(tools, goodTools);
    Path third = input.resolve("frames/video01/video01_000003.png");
    byte[] image = Files.readAllBytes(third);
    Files.write(third, java.util.Arrays.copyOf(image, 40));
    assertTrue(refused().startsWith(third + ": a PNG "));
    Files.delete(third);
    assertTrue(refused().contains("frame number 3 is missing"));
    Files.write(third, image);
    assertEquals(4, run(request()).frames());
  }

  @Test
  void otherRates_takeTheFramesOfTheirRows() throws IOException {
    SmallCholec80.annotate(input, "video01", 250, 10);
    SmallCholec80.frames(input, "video01", 20); // file i is grey 3 i
    List<FrameRecord> half = read(rate(0.5, 1, "half"));
    assertEquals(5, half.size());
    List<FrameRecord> two = read(rate(2, 2, "two"));
    assertEquals(20, two.size());
    List<FrameRecord> one = read(rate(1, 2, "one"));
    assertEquals(10, one.size());
    for (int k = 0; k < 20; k++) {
      int row = (int) Math.floor(12.5 * k + 0.5);
      assertEquals(row / 30 % 7, two.get(k).phase());
      assertEquals(row / 25 & 1, two.get(k).instruments().get(0));
      assertEquals(3 * (k + 1), grey(two.get(k)));
      if (k < 10) {
        assertEquals(25 * k / 30 % 7, one.get(k).phase());
        assertEquals(3 * (2 * k + 1), grey(one.get(k)));
      }
      if (k < 5) {
        assertEquals(50 * k / 30 % 7, half.get(k).phase());
        assertEquals(3 * (2 * k + 1), grey(half.get(k)));
      }
    }
    for (double fps : new double[] {2, 0.7}) {
      IllegalArgumentException e =
          assertThrows(IllegalArgumentException.class, () -> rate(fps, 1, "none"));
      assertTrue(
          String.valueOf(e.getMessage()).contains("wanted that or a whole part of it"),
          e.getMessage());
    }
  }

  private static int grey(FrameRecord frame) throws IOException {
    return Images.decode(frame.image(), "frame").getRGB(1, 1) & 0xff;
  }

  private Path rate(double fps, double extracted, String out) throws IOException {
    FramesConverter.run(
        new ConvertRequest(
                input,
                directory.resolve(out),
                Layout.FRAMES,
                List.of(),
                fps,
                null,
                Compression.NONE,
                1,
                PhaseOrder.ENDOSSL,
                true,
                false,
                1)
            .withReading(new ConvertRequest.Reading(Decoder.AUTO, extracted, Share.ALL)),
        progress -> {});
    return directory.resolve(out).resolve("video01.tfrecord");
  }

  @Test
  void unknownVideo_saysWhichThereAre() throws IOException {
    SmallCholec80.frames(input, "video01", 1);
    ConvertRequest request =
        new ConvertRequest(
            input,
            output,
            Layout.FRAMES,
            List.of("video09"),
            1,
            null,
            Compression.NONE,
            1,
            PhaseOrder.TF_CHOLEC80,
            true,
            false,
            1);
    DataException e = assertThrows(DataException.class, () -> run(request));
    assertTrue(e.problem().contains("no \"video09\", there are video01"), e.problem());
  }

  @Test
  void wrongRequests_areRefused() {
    assertThrows(IllegalArgumentException.class, () -> ImageSize.parse("224"));
    assertThrows(IllegalArgumentException.class, () -> ImageSize.parse("0x9"));
    assertEquals(new ImageSize(427, 240), ImageSize.parse("427x240"));
    assertThrows(
        IllegalArgumentException.class,
        () -> request(null, Compression.NONE, 0, PhaseOrder.TF_CHOLEC80, false));
  }
}
