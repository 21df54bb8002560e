package org.endossl.tfrecords;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.Deflater;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordDiffTest {

  @TempDir Path directory;

  private static Path write(Path file, FrameRecord... frames) throws IOException {
    Files.createDirectories(file.getParent());
    try (TfRecordWriter writer = TfRecordWriter.create(file)) {
      for (FrameRecord frame : frames) {
        writer.write(FrameCodec.encode(frame));
      }
      writer.commit();
    }
    return file;
  }

  private static FrameRecord with(FrameRecord frame, byte[] image, int phase) {
    return new FrameRecord(
        image, frame.videoId(), frame.frameId(), frame.totalFrames(), frame.instruments(), phase);
  }

  private static RecordDiff.Report diff(Path a, Path b, boolean pixels) throws IOException {
    return RecordDiff.run(List.of(a), List.of(b), BadRecords.fail(), pixels, done -> {});
  }

  /** The same pixels, hardly compressed. */
  private byte[] recoded(byte[] png) throws IOException {
    BufferedImage image = Images.decode(png, "test");
    Path file = directory.resolve("recoded.png");
    ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
    ImageWriteParam param = writer.getDefaultWriteParam();
    param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
    param.setCompressionQuality(1 - Deflater.NO_COMPRESSION);
    try (var out = ImageIO.createImageOutputStream(Files.newOutputStream(file))) {
      writer.setOutput(out);
      writer.write(null, new IIOImage(image, null, null), param);
    }
    return Files.readAllBytes(file);
  }

  @Test
  void everyKind_isFound() throws IOException {
    FrameRecord[] f = new FrameRecord[5];
    for (int i = 0; i < f.length; i++) {
      f[i] = TestFrames.frame("video01", i, 6, 2);
    }
    Path first = write(directory.resolve("a/x.tfrecord"), f[0], f[1], f[2], f[3]);
    Path second =
        write(
            directory.resolve("b/y.tfrecord.gz"),
            f[4],
            with(f[3], TestFrames.image("png", 6, 4, 99), 2),
            with(f[2], recoded(f[2].image()), 2),
            with(f[1], f[1].image(), 5));
    RecordDiff.Report report = diff(first, second, true);
    assertEquals(
        List.of(
            "missing video01/0",
            "labels video01/1: ClippingCutting, instruments [1, 0, 1, 0, 0, 0, 1], 6 frames in all"
                + " became CleaningCoagulation, instruments [1, 0, 1, 0, 0, 0, 1], 6 frames in all",
            "bytes video01/2",
            "pixels video01/3",
            "added video01/4"),
        report.differences().stream().map(Object::toString).toList());
    assertFalse(report.same());
    assertEquals(2, diff(first, second, false).count(RecordDiff.Kind.PIXELS));
    assertEquals(1, report.toJson().get("labels").getAsInt());
  }

  @Test
  void theSameFrames_inOtherFilesAndAnotherPhaseOrder_areTheSame() throws IOException {
    FrameRecord zero = TestFrames.frame("video01", 0, 2, 2);
    FrameRecord one = TestFrames.frame("video01", 1, 2, 3);
    Path first = write(directory.resolve("a/x.tfrecord"), zero, one);
    int clipping = PhaseOrder.TF_CHOLEC80.convert(2, PhaseOrder.ENDOSSL);
    int dissection = PhaseOrder.TF_CHOLEC80.convert(3, PhaseOrder.ENDOSSL);
    Path second =
        write(
            directory.resolve("b/y.tfrecord"),
            with(one, one.image(), dissection),
            with(zero, zero.image(), clipping));
    PhaseOrder.ENDOSSL.write(directory.resolve("b"));
    RecordDiff.Report report = diff(first, second, true);
    assertTrue(report.same(), report.differences().toString());
    assertEquals(List.of(), report.differences());
  }
}
