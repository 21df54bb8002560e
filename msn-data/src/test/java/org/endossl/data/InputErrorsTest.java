package org.endossl.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32;
import org.endossl.tfrecords.FrameCodec;
import org.endossl.tfrecords.FrameIndex;
import org.endossl.tfrecords.FrameRecord;
import org.endossl.tfrecords.TfRecordWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;

class InputErrorsTest {
  @TempDir Path directory;

  /** A PNG whose chunks are all right and whose pixels do not inflate. */
  private static byte[] undecodable() throws IOException {
    byte[] png = Fixtures.encode(Fixtures.picture(1, 1, 20, 20), "png");
    ByteBuffer bytes = ByteBuffer.wrap(png);
    int at = 8;
    while (bytes.getInt(at + 4) != 0x49444154) { // IDAT
      at += 12 + bytes.getInt(at);
    }
    int length = bytes.getInt(at);
    for (int i = 0; i < length; i++) {
      png[at + 8 + i] = 0x55;
    }
    CRC32 crc = new CRC32();
    crc.update(png, at + 4, length + 4);
    bytes.putInt(at + 8 + length, (int) crc.getValue());
    return png;
  }

  private Path write() throws IOException {
    Path file = directory.resolve("bad.tfrecord");
    try (TfRecordWriter writer = TfRecordWriter.create(file)) {
      for (int i = 0; i < 4; i++) {
        FrameRecord good = Fixtures.frame(1, i, 4, "png");
        FrameRecord frame =
            i != 2
                ? good
                : new FrameRecord(
                    undecodable(),
                    good.videoId(),
                    good.frameId(),
                    good.totalFrames(),
                    good.instruments(),
                    good.phase());
        writer.write(FrameCodec.encode(frame));
      }
      writer.commit();
    }
    return file;
  }

  private static RuntimeException fail(FrameFiles files) {
    try (Graph graph = new Graph();
        FrameInput input = FrameInput.build(Ops.create(graph), files, 8, Normalization.NONE, 4, 1);
        Session session = new Session(graph)) {
      input.start(session);
      return assertThrows(
          RuntimeException.class, () -> session.runner().addTarget(input.images()).run().close());
    }
  }

  @Test
  void imageThatDoesNotDecode_isNamedByFileOffsetAndRecord() throws IOException {
    Path file = write();
    FrameFiles files = FrameFiles.select(FrameIndex.scan(List.of(file)), List.of("video01"));
    RuntimeException e = fail(files);
    assertTrue(InputErrors.concern(e), e.getMessage());
    String message = String.valueOf(InputErrors.explain(e, files).getMessage());
    String place = file + " at byte " + files.entries().get(2).offset() + ", record 2: ";
    assertTrue(message.startsWith(place + "frame does not decode: "), message);
    assertEquals(1, message.lines().count(), message);
  }

  @Test
  void fileCutAfterTheIndex_isNamed() throws IOException {
    Path file = Fixtures.write(directory.resolve("cut.tfrecord"), 4, 1);
    FrameFiles files = FrameFiles.select(FrameIndex.scan(List.of(file)), List.of("video01"));
    byte[] all = Files.readAllBytes(file);
    Files.write(file, java.util.Arrays.copyOf(all, all.length - 9));
    RuntimeException e = fail(files);
    assertTrue(InputErrors.concern(e), e.getMessage());
    String message = String.valueOf(InputErrors.explain(e, files).getMessage());
    String place = file + " at byte " + files.entries().get(3).offset() + ", record 3: ";
    assertTrue(message.startsWith(place), message);
  }

  @Test
  void otherErrors_areNotTheInputs() {
    assertFalse(InputErrors.concern(new IllegalStateException("endossl_next_frames")));
  }

  @Test
  void errorThatCannotBeFound_isStillTold() throws IOException {
    Path file = Fixtures.write(directory.resolve("good.tfrecord"), 2, 1);
    FrameFiles files = FrameFiles.select(FrameIndex.scan(List.of(file)), List.of("video01"));
    assertEquals(
        "input pipeline: lost; every frame could be read afterwards",
        InputErrors.explain(new IllegalStateException("lost\nmore"), files).getMessage());
  }
}
