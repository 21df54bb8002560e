package org.endossl.data;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;
import org.endossl.tfrecords.FrameCodec;
import org.endossl.tfrecords.FrameRecord;
import org.endossl.tfrecords.TfRecordWriter;

/** Small record files of made-up frames. */
final class Fixtures {
  static final int WIDTH = 64;
  static final int HEIGHT = 36;

  private Fixtures() {}

  static String video(int number) {
    return String.format(Locale.ROOT, "video%02d", number);
  }

  /** A file of one or several videos, their frames in turn as in a badly sorted data set. */
  static Path write(Path file, int frames, int... videos) throws IOException {
    try (TfRecordWriter writer = TfRecordWriter.create(file)) {
      for (int i = 0; i < frames; i++) {
        for (int video : videos) {
          writer.write(FrameCodec.encode(frame(video, i, frames, "png")));
        }
      }
      writer.commit();
    }
    return file;
  }

  static FrameRecord frame(int video, int frame, int frames, String format) throws IOException {
    return new FrameRecord(
        encode(picture(video, frame, WIDTH, HEIGHT), format),
        video(video),
        frame,
        frames,
        List.of(0, 0, 0, 0, 0, 0, 0),
        frame % 7);
  }

  /** Waves whose mean tells the frame. */
  static BufferedImage picture(int video, int frame, int width, int height) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int r = (int) (100 + 60 * Math.sin(x * 0.2 + video) + 40 * Math.cos(y * 0.3));
        int g = 20 + (frame * 37 + x) % 200;
        int b = 40 + (video * 50 + y * 3) % 180;
        image.setRGB(x, y, r << 16 | g << 8 | b);
      }
    }
    return image;
  }

  static byte[] encode(BufferedImage image, String format) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(image, format, out);
    return out.toByteArray();
  }
}
