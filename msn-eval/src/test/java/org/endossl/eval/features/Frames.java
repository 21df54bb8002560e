package org.endossl.eval.features;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.endossl.tfrecords.Compression;
import org.endossl.tfrecords.FrameCodec;
import org.endossl.tfrecords.FrameRecord;
import org.endossl.tfrecords.TfRecordWriter;

/** Small record files of plain-coloured frames, for tests. */
public final class Frames {
  private Frames() {}

  /** The colour of a frame. */
  public static Color colour(int video, int frame) {
    return new Color(10 + 40 * video, 5 + 20 * frame, 100);
  }

  /** A PNG of one colour. */
  public static byte[] png(Color colour) throws IOException {
    BufferedImage image = new BufferedImage(48, 32, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < 32; y++) {
      for (int x = 0; x < 48; x++) {
        image.setRGB(x, y, colour.getRGB());
      }
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(image, "png", out);
    return out.toByteArray();
  }

  /** Writes videos 1 to {@code videos}, the frames in falling order; phases are f % 7. */
  public static Path write(Path file, int videos, int frames, Compression compression)
      throws IOException {
    try (TfRecordWriter writer = TfRecordWriter.create(file, compression)) {
      for (int v = 1; v <= videos; v++) {
        for (int f = frames - 1; f >= 0; f--) {
          List<Integer> instruments = List.of(f % 2, 0, 1, 0, 0, 0, 0);
          writer.write(
              FrameCodec.encode(
                  new FrameRecord(
                      png(colour(v, f)), "video0" + v, f * 25L, frames * 25L, instruments, f % 7)));
        }
      }
      writer.commit();
    }
    return file;
  }
}
