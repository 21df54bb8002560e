package org.endossl.tfrecords.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.endossl.tfrecords.FrameCodec;
import org.endossl.tfrecords.FrameRecord;
import org.endossl.tfrecords.Images;
import org.endossl.tfrecords.PhaseOrder;
import org.endossl.tfrecords.RecordFiles;
import org.endossl.tfrecords.TfRecordWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataCheckTest {

  private static final int FRAMES = 14;

  @TempDir Path directory;

  private static byte[] image(long seed, boolean black) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    BufferedImage image = new BufferedImage(8, 6, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 48; i++) {
      image.setRGB(i % 8, i / 8, black ? random.nextInt(4) : random.nextInt(1 << 24));
    }
    return Images.png(image);
  }

  /** Fourteen frames, two of each phase in the order of the operation. */
  private static FrameRecord frame(int video, int frame) throws IOException {
    return frame(video, frame, image(video * 100L + frame, false), frame / 2);
  }

  private static FrameRecord frame(int video, int frame, byte[] image, int phase) {
    List<Integer> tools = new ArrayList<>(List.of(0, 0, 0, 0, 0, 0, 0));
    tools.set(frame % 7, 1);
    return new FrameRecord(image, "video0" + video, frame, FRAMES, tools, phase);
  }

  private static List<FrameRecord> video(int video) throws IOException {
    List<FrameRecord> frames = new ArrayList<>();
    for (int i = 0; i < FRAMES; i++) {
      frames.add(frame(video, i));
    }
    return frames;
  }

  private void write(int video, List<FrameRecord> frames) throws IOException {
    Path file = directory.resolve("video0" + video + ".tfrecord");
    try (TfRecordWriter writer = TfRecordWriter.create(file)) {
      for (FrameRecord frame : frames) {
        writer.write(FrameCodec.encode(frame));
      }
      writer.commit();
    }
  }

  private DataReport check(List<String> expected, Map<String, List<String>> splits)
      throws IOException {
    return DataCheck.run(
        new DataCheckRequest(RecordFiles.list(List.of(directory.toString())), expected, splits, 1),
        done -> {});
  }

  private static Finding of(DataReport report, String check) {
    return report.findings().stream()
        .filter(f -> f.check().equals(check))
        .findFirst()
        .orElseThrow();
  }

  private static final Map<String, List<String>> SPLIT =
      Map.of("train", List.of("video01"), "test", List.of("video02"));

  @Test
  void goodData_areSound() throws IOException {
    write(1, video(1));
    write(2, video(2));
    DataReport report = check(List.of("video01", "video02"), SPLIT);
    for (Finding finding : report.findings()) {
      assertEquals(Finding.Level.GOOD, finding.level(), finding.toString());
    }
    assertTrue(report.sound());
    assertEquals(28, report.stats().total().frames());
  }

  @Test
  void missingAndUnexpectedVideos_areWrong() throws IOException {
    write(1, video(1));
    DataReport report = check(List.of("video02"), Map.of());
    assertEquals(
        List.of("video02: missing", "video01: unexpected"), of(report, "videos").details());
    assertFalse(report.sound());
  }

  @Test
  void gapsAndMissingTails_areWrong() throws IOException {
    List<FrameRecord> frames = video(1);
    frames.remove(13);
    frames.remove(5);
    frames.remove(4);
    write(1, frames);
    DataReport report = check(List.of(), Map.of());
    assertEquals(List.of("video01: frames 4 to 5 are missing"), of(report, "gaps").details());
    assertEquals(
        List.of("video01: 11 of 14 frames are there"), of(report, "frame counts").details());
  }

  @Test
  void damagedAndDuplicateRecords_areWrong() throws IOException {
    write(1, video(1));
    Path file = directory.resolve("video01.tfrecord");
    Files.copy(file, directory.resolve("video02.tfrecord"));
    byte[] bytes = Files.readAllBytes(file);
    bytes[30] ^= 1;
    Files.write(file, bytes);
    DataReport report = check(List.of(), Map.of());
    // The damaged one is replaced by its copy, the other thirteen are there twice.
    assertEquals(14, of(report, "records").details().size());
    assertEquals(14, report.stats().total().frames());
  }

  @Test
  void blackFrames_areNoted_andAVideoOfThemIsWrong() throws IOException {
    List<FrameRecord> frames = video(1);
    frames.set(3, frame(1, 3, image(3, true), 1));
    write(1, frames);
    DataReport report = check(List.of(), Map.of());
    assertEquals(Finding.Level.NOTE, of(report, "black frames").level());
    assertEquals(List.of("video01: 1 black frame, 3"), of(report, "black frames").details());
    assertTrue(report.sound());
    for (int i = 0; i < 9; i++) {
      frames.set(i, frame(1, i, image(i, true), i / 2));
    }
    write(1, frames);
    assertFalse(check(List.of(), Map.of()).sound());
  }

  @Test
  void phasesNumberedByAnotherOrder_areWrong() throws IOException {
    List<FrameRecord> frames = new ArrayList<>();
    for (FrameRecord frame : video(1)) {
      int phase = PhaseOrder.TF_CHOLEC80.convert(frame.phase(), PhaseOrder.ENDOSSL);
      frames.add(frame(1, (int) frame.frameId(), frame.image(), phase));
    }
    write(1, frames);
    Finding finding = of(check(List.of(), Map.of()), "label order");
    assertEquals(
        "tf-cholec80 is written beside the records, but endossl fits them", finding.summary());
    PhaseOrder.ENDOSSL.write(directory);
    assertEquals(Finding.Level.GOOD, of(check(List.of(), Map.of()), "label order").level());
  }

  @Test
  void leaksBetweenParts_areWrong() throws IOException {
    List<FrameRecord> second = video(2);
    second.set(6, frame(2, 6, image(104, false), 3)); // video01's frame 4
    write(1, video(1));
    write(2, second);
    Finding leak = of(check(List.of(), SPLIT), "leaking images");
    assertEquals(
        List.of("video01/4 and video02/6 are the same image (train and test)"), leak.details());
    Map<String, List<String>> twice =
        Map.of("train", List.of("video01", "video02"), "test", List.of("video02", "video03"));
    Finding split = of(check(List.of(), twice), "split");
    assertEquals(2, split.details().size());
    assertTrue(split.details().contains("video03: in test, but there are no frames of it"));
  }

  @Test
  void page_holdsEveryFinding_escaped_andNeedsNothingElse() throws IOException {
    write(1, video(1));
    DataReport report = check(List.of("<video>"), Map.of());
    String page = report.toHtml();
    assertTrue(page.contains("&lt;video&gt;: missing"), page);
    assertFalse(page.contains("http"), page);
    assertFalse(page.contains("<script"), page);
    assertFalse(report.toJson().get("sound").getAsBoolean());
    List<String> lines = new ArrayList<>();
    report.text(lines::add);
    assertTrue(lines.stream().anyMatch(l -> l.startsWith("WRONG  videos")), lines.toString());
  }
}
