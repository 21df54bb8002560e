package org.endossl.tfrecords.convert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.endossl.tfrecords.BadRecords;
import org.endossl.tfrecords.DataException;
import org.endossl.tfrecords.FrameCodec;
import org.endossl.tfrecords.FrameRecord;
import org.endossl.tfrecords.Images;
import org.endossl.tfrecords.RecordFiles;
import org.endossl.tfrecords.TfRecordWriter;
import org.endossl.tfrecords.convert.ConvertRequest.Layout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FramesExporterTest {

  @TempDir Path directory;

  private void same(Path a, Path b, String folder) throws IOException {
    try (Stream<Path> files = Files.walk(a.resolve(folder))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertEquals(-1, Files.mismatch(file, b.resolve(a.relativize(file))), file.toString());
      }
    }
  }

  private long export(Path records, Path out) throws IOException {
    return FramesExporter.run(
        RecordFiles.list(List.of(records.toString())), out, BadRecords.fail(), done -> {});
  }

  @Test
  void framesToRecordsAndBack_givesTheSameFiles() throws IOException {
    Path in = directory.resolve("in");
    for (String video : List.of("video01", "video02")) {
      SmallCholec80.annotate(in, video, 150, 6);
      SmallCholec80.frames(in, video, 6);
    }
    ConvertRequest request = ConvertRequest.of(in, directory.resolve("records"));
    assertEquals(Layout.AUTO, request.layout());
    FramesConverter.run(request, progress -> {});
    Path out = directory.resolve("out");
    assertEquals(12, export(directory.resolve("records"), out));
    same(in, out, "frames");
    same(in, out, "tool_annotations");
    // Of 25 rows a second the one that goes with the frame is known, and the others repeat it.
    FramesConverter.run(ConvertRequest.of(out, directory.resolve("again")), progress -> {});
    for (String video : List.of("video01.tfrecord", "video02.tfrecord")) {
      assertEquals(
          -1,
          Files.mismatch(
              directory.resolve("records").resolve(video),
              directory.resolve("again").resolve(video)));
    }
    assertThrows(FileAlreadyExistsException.class, () -> export(directory.resolve("records"), out));
  }

  @Test
  void aGap_isRefused_andNothingIsWritten() throws IOException {
    Path in = directory.resolve("in");
    SmallCholec80.annotate(in, "video01", 150, 6);
    SmallCholec80.frames(in, "video01", 6);
    FramesConverter.run(
        new ConvertRequest(
            in,
            directory.resolve("records"),
            Layout.FRAMES,
            List.of(),
            1,
            null,
            org.endossl.tfrecords.Compression.NONE,
            1,
            org.endossl.tfrecords.PhaseOrder.ENDOSSL,
            true,
            false,
            1,
            new Editing(null, List.of(FrameFilter.black(7))),
            ConvertRequest.Reading.DEFAULT),
        progress -> {});
    DataException e =
        assertThrows(
            DataException.class,
            () -> export(directory.resolve("records"), directory.resolve("out")));
    assertTrue(String.valueOf(e.getMessage()).contains("follows a gap"), e.getMessage());
    assertFalse(Files.exists(directory.resolve("out")));
  }

  /** Frames first to last of 6, one of which is damaged, exported with bad records passed over. */
  private long exportDamaged(int first, int last, long total, int damaged) throws IOException {
    Path file = directory.resolve("n" + first + last + total + damaged + ".tfrecord");
    long at = 0;
    try (TfRecordWriter writer = TfRecordWriter.create(file)) {
      for (int i = first; i <= last; i++) {
        at = i == damaged ? writer.offset() : at;
        byte[] image = Images.png(SmallCholec80.grey(8, 6, 40 + i));
        List<Integer> tools = List.of(0, 0, 0, 0, 0, 0, 0);
        writer.write(FrameCodec.encode(new FrameRecord(image, "video01", i, total, tools, 1)));
      }
      writer.commit();
    }
    if (damaged >= first) {
      byte[] bytes = Files.readAllBytes(file);
      bytes[(int) at + 20] ^= 1;
      Files.write(file, bytes);
    }
    BadRecords bad = BadRecords.skip();
    Path out = directory.resolve("out-" + file.getFileName());
    return FramesExporter.run(List.of(file), out, bad, done -> {});
  }

  @Test
  void frames_areNumberedFromTheirFirst_unlessThatWasPassedOver() throws IOException {
    assertEquals(6, exportDamaged(0, 5, 6, -1));
    assertEquals(6, exportDamaged(1, 6, 6, -1)); // numbered from 1
    assertEquals(6, exportDamaged(1, 6, 0, -1));
    assertEquals(5, exportDamaged(0, 5, 6, 5)); // the last one: no other moves
    for (long total : new long[] {6, 0}) {
      DataException e = assertThrows(DataException.class, () -> exportDamaged(0, 5, total, 0));
      assertTrue(String.valueOf(e.getMessage()).contains("wanted frame 0"), e.getMessage());
      assertThrows(DataException.class, () -> exportDamaged(0, 5, total, 2));
    }
  }

  @Test
  void videosWithGaps_areLeftOut_whereBadRecordsAre() throws IOException {
    Path records = directory.resolve("records");
    Files.createDirectories(records);
    for (String video : List.of("video01", "video02")) {
      try (TfRecordWriter writer = TfRecordWriter.create(records.resolve(video + ".tfrecord"))) {
        for (int i = 0; i < 4; i++) {
          byte[] image = Images.png(SmallCholec80.grey(8, 6, 40 + i));
          List<Integer> tools = List.of(0, 0, 0, 0, 0, 0, 0);
          writer.write(FrameCodec.encode(new FrameRecord(image, video, i, 4, tools, 1)));
        }
        writer.commit();
      }
    }
    Path damaged = records.resolve("video01.tfrecord");
    byte[] bytes = Files.readAllBytes(damaged);
    bytes[20] ^= 1;
    Files.write(damaged, bytes);
    BadRecords bad = BadRecords.skip();
    List<Path> files = RecordFiles.list(List.of(records.toString()));
    Path out = directory.resolve("out");
    assertEquals(4, FramesExporter.run(files, out, bad, done -> {}));
    assertFalse(Files.exists(out.resolve("frames/video01")));
    assertEquals(2, bad.skipped().size());
    assertTrue(bad.skipped().get(1).toString().endsWith("so video01 cannot be exported"));
  }
}
