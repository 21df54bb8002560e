package org.endossl.tfrecords;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.endossl.tfrecords.RecordVerifier.Problem;
import org.endossl.tfrecords.RecordVerifier.Report;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordVerifierTest {

  @TempDir Path directory;

  private Path file(int records) throws IOException {
    return TestFrames.file(directory.resolve("x.tfrecord"), "video01", records);
  }

  @Test
  void goodFiles_haveNoProblems() throws IOException {
    Path file = file(7);
    Report report = RecordVerifier.verify(List.of(file));
    assertEquals(List.of(), report.problems());
    assertEquals(List.of(), report.notes());
    assertEquals(7, report.records());
    assertEquals(1, report.videos());
    assertEquals(Files.size(file) - 7 * 16, report.bytes());
  }

  @Test
  void everyDamage_isFound_andTheRestRead() throws IOException {
    Path file = file(10);
    List<Long> offsets = new ArrayList<>();
    try (TfRecordReader reader = TfRecordReader.open(file)) {
      while (reader.next() != null) {
        offsets.add(reader.offset());
      }
    }
    byte[] bytes = Files.readAllBytes(file);
    bytes[(int) (offsets.get(2) + 40)] ^= 1; // data
    bytes[(int) (offsets.get(5) + 1)] ^= 1; // length
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 7));
    Report report = RecordVerifier.verify(List.of(file));
    assertEquals(7, report.records());
    assertEquals(List.of(2L, 5L, 9L), report.problems().stream().map(Problem::record).toList());
    assertEquals(
        List.of(offsets.get(2), offsets.get(5), offsets.get(9)),
        report.problems().stream().map(Problem::offset).toList());
    assertTrue(report.problems().get(1).toString().startsWith(file + " at byte " + offsets.get(5)));
    assertEquals(List.of("video01: 7 of 10 frames are there"), report.notes());
  }

  @Test
  void resync_worksAcrossBlocks() throws IOException {
    Path file = directory.resolve("big.tfrecord");
    try (TfRecordWriter writer = TfRecordWriter.create(file)) {
      writer.write(new byte[3_000_000]);
      writer.write(FrameCodec.encode(TestFrames.frame("video01", 0, 1, 0)));
      writer.commit();
    }
    byte[] bytes = Files.readAllBytes(file);
    bytes[0] ^= 1;
    Files.write(file, bytes);
    Report report = RecordVerifier.verify(List.of(file));
    assertEquals(1, report.problems().size());
    assertEquals(1, report.records());
  }

  @Test
  void problemsOfSeveralFiles_areAllTold() throws IOException {
    Path one = file(2);
    Path two = TestFrames.file(directory.resolve("y.tfrecord.gz"), "video01", 3);
    Path none = directory.resolve("none.tfrecord");
    List<Problem> told = new ArrayList<>();
    Report report = RecordVerifier.verify(List.of(one, two, none), told::add);
    assertEquals(report.problems(), told);
    List<String> lines = told.stream().map(Problem::toString).toList();
    assertEquals(4, lines.size());
    assertTrue(lines.get(0).contains("frame 0 of video01 is also " + one), lines.get(0));
    assertTrue(lines.get(2).contains("total_frames is 3, wanted 2 as in " + one), lines.get(2));
    assertTrue(lines.get(3).startsWith(none + ": no such file"), lines.get(3));
  }

  @Test
  void goldenDamage_isFound() throws IOException {
    Path damaged = Golden.folder("tf_cholec80").resolve("damaged");
    for (Path file : RecordFiles.list(List.of(damaged.toString()))) {
      Report report = RecordVerifier.verify(List.of(file));
      assertEquals(1, report.problems().size(), file.toString());
      long left =
          switch (file.getFileName().toString()) {
            case "bad_length.tfrecord", "bad_payload_crc.tfrecord", "truncated_payload.tfrecord" ->
                9;
            case "truncated_header.tfrecord" -> 1;
            default -> 0;
          };
      assertEquals(left, report.records(), file.toString());
    }
  }
}
