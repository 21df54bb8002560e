package org.endossl.tfrecords;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
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

  /** The same pixels as red, green and blue without alpha, in an image of its own. */
  public static BufferedImage plain(BufferedImage image) {
    BufferedImage plain =
        new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_INT_RGB);
    plain.setRGB(0, 0, image.getWidth(), image.getHeight(), rgb(image), 0, image.getWidth());
    return plain;
  }

  /**
   * The bytes of a JPEG; the same image gives the same bytes.
   *
   * @param image red, green and blue
   * @param quality 1 to 100
   */
  public static byte[] jpeg(BufferedImage image, int quality) throws IOException {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    ImageWriteParam how = writer.getDefaultWriteParam();
    how.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
    how.setCompressionQuality(quality / 100f);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (MemoryCacheImageOutputStream stream = new MemoryCacheImageOutputStream(out)) {
      writer.setOutput(stream);
      writer.write(null, new IIOImage(image, null, null), how);
    } finally {
      writer.dispose();
    }
    return out.toByteArray();
  }

  /** The bytes of a PNG whose pixels are not compressed: one filter byte and a row, row by row. */
  public static byte[] storedPng(BufferedImage image) {
    int[] pixels = rgb(image);
    byte[] rgb = new byte[3 * pixels.length];
    int at = 0;
    for (int pixel : pixels) {
      rgb[at++] = (byte) (pixel >> 16);
      rgb[at++] = (byte) (pixel >> 8);
      rgb[at++] = (byte) pixel;
    }
    return storedPng(rgb, image.getWidth(), image.getHeight());
  }

  /**
   * As {@link #storedPng(BufferedImage)}.
   *
   * @param rgb red, green and blue of each pixel, row by row
   */
  public static byte[] storedPng(byte[] rgb, int width, int height) {
    byte[] rows = new byte[height * (1 + 3 * width)];
    for (int y = 0; y < height; y++) { // a byte 0 before each row: no filter
      System.arraycopy(rgb, 3 * width * y, rows, (1 + 3 * width) * y + 1, 3 * width);
    }
    ByteArrayOutputStream data = new ByteArrayOutputStream(rows.length + (1 << 10));
    Deflater stored = new Deflater(Deflater.NO_COMPRESSION);
    stored.setInput(rows);
    stored.finish();
    byte[] block = new byte[1 << 16];
    while (!stored.finished()) {
      data.write(block, 0, stored.deflate(block));
    }
    stored.end();
    ByteArrayOutputStream png = new ByteArrayOutputStream(data.size() + 64);
    png.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
    chunk(
        png,
        "IHDR",
        ByteBuffer.allocate(13).putInt(width).putInt(height).put((byte) 8).put((byte) 2).array());
    chunk(png, "IDAT", data.toByteArray());
    chunk(png, "IEND", new byte[0]);
    return png.toByteArray();
  }

  private static void chunk(ByteArrayOutputStream png, String type, byte[] data) {
    byte[] typed = type.getBytes(StandardCharsets.US_ASCII);
    CRC32 crc = new CRC32();
    crc.update(typed);
    crc.update(data);
    png.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(data.length).array());
    png.writeBytes(typed);
    png.writeBytes(data);
    png.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt((int) crc.getValue()).array());
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
