package org.endossl.tfrecords;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageInputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** PNG and JPEG to pixels and back, by the JDK and in memory. */
public final class Images {

  private Images() {}

  /**
   * Decodes an image.
   *
   * @param image PNG or JPEG
   * @param where named in the exception
   * @throws DataException when it is not complete or cannot be decoded
   */
  public static BufferedImage decode(byte[] image, String where) throws DataException {
    String problem = ImageCheck.problem(image, 0, image.length);
    if (problem != null) {
      throw new DataException(where + ": " + problem);
    }
    try {
      BufferedImage decoded =
          ImageIO.read(new MemoryCacheImageInputStream(new ByteArrayInputStream(image)));
      if (decoded == null) {
        throw new DataException(where + ": an image that cannot be decoded");
      }
      return decoded;
    } catch (DataException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw new DataException(where + ": an image that cannot be decoded (" + e + ")", e);
    }
  }

  /** The bytes of a PNG; the same image gives the same bytes. */
  public static byte[] png(BufferedImage image) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (MemoryCacheImageOutputStream stream = new MemoryCacheImageOutputStream(out)) {
      ImageIO.write(image, "png", stream);
    }
    return out.toByteArray();
  }

  /** Red, green and blue of each pixel, row by row, as the lower 24 bits. */
  public static int[] rgb(BufferedImage image) {
    int[] pixels =
        image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] &= 0xffffff;
    }
    return pixels;
  }
}
