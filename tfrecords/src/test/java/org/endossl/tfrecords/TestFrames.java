package org.endossl.tfrecords;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;
import javax.imageio.ImageIO;

/** Frames of the tests' own. */
final class TestFrames {

  private TestFrames() {}

  static BufferedImage picture(int width, int height, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        image.setRGB(x, y, random.nextInt(1 << 24));
      }
    }
    return image;
  }

  static byte[] image(String format, int width, int height, long seed) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      ImageIO.write(picture(width, height, seed), format, out);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return out.toByteArray();
  }

  static FrameRecord frame(String video, long id, long total, int phase) {
    byte[] image = image("png", 6, 4, id);
    return new FrameRecord(image, video, id, total, List.of(1, 0, 1, 0, 0, 0, 1), phase);
  }

  /** A file of frames 0 to count - 1. */
  static Path file(Path file, String video, int count) throws IOException {
    try (TfRecordWriter writer = TfRecordWriter.create(file)) {
      for (int i = 0; i < count; i++) {
        writer.write(FrameCodec.encode(frame(video, i, count, i % 7)));
      }
      writer.commit();
    }
    return file;
  }

  /** The checksum by its definition, not by the code under test. */
  static int maskedCrc(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    long value = crc.getValue();
    return (int) (((value >>> 15) | (value << 17)) + 0xa282ead8L);
  }
}
