package org.endossl.eval.report;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.endossl.eval.inspect.Attention;

/** Frames as a page shows them: smaller, as JPEG, with attention on them. */
final class Pictures {
  private static final double DARKEST = 0.3;

  private Pictures() {}

  /** The image at a size; halved step by step, so that all of its pixels count. */
  static BufferedImage scaled(BufferedImage image, int width, int height) {
    BufferedImage from = image;
    while (from.getWidth() >= 2 * width && from.getHeight() >= 2 * height) {
      from =
          drawn(from, Math.max(width, from.getWidth() / 2), Math.max(height, from.getHeight() / 2));
    }
    return drawn(from, width, height);
  }

  private static BufferedImage drawn(BufferedImage image, int width, int height) {
    BufferedImage drawn = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = drawn.createGraphics();
    graphics.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
    graphics.drawImage(image, 0, 0, width, height, null);
    graphics.dispose();
    return drawn;
  }

  /**
   * The bytes of a JPEG.
   *
   * @param quality 0 to 1
   */
  static byte[] jpeg(BufferedImage image, float quality) throws IOException {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      writer.setOutput(out);
      ImageWriteParam param = writer.getDefaultWriteParam();
      param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      param.setCompressionQuality(quality);
      writer.write(null, new IIOImage(image, null, null), param);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }

  /**
   * Attention on the frame that it is of: the brightest patch has the most, and a line is around
   * the fewest patches that hold half of it.
   *
   * @param frame the whole frame at any size; the network saw it as a square
   * @param map shares of the patches, by rows
   */
  static BufferedImage overlay(BufferedImage frame, double[] map, int across) {
    int width = frame.getWidth();
    int height = frame.getHeight();
    double most = Double.MIN_NORMAL;
    for (double share : map) {
      most = Math.max(most, share);
    }
    BufferedImage shown = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        double share = map[y * across / height * across + x * across / width] / most;
        double light = DARKEST + (1 - DARKEST) * share;
        int rgb = frame.getRGB(x, y);
        int dimmed = 0;
        for (int shift = 16; shift >= 0; shift -= 8) {
          dimmed = dimmed << 8 | (int) Math.round((rgb >> shift & 255) * light);
        }
        shown.setRGB(x, y, dimmed);
      }
    }
    outline(shown, Attention.half(map), across);
    return shown;
  }

  /** White on black, so that it shows on any frame. */
  private static void outline(BufferedImage image, boolean[] inside, int across) {
    Graphics2D graphics = image.createGraphics();
    for (int pass = 0; pass < 2; pass++) {
      graphics.setColor(pass == 0 ? Color.BLACK : Color.WHITE);
      int thick = pass == 0 ? 3 : 1;
      for (int p = 0; p < inside.length; p++) {
        int x = p % across;
        int y = p / across;
        if (inside[p]) {
          int left = edge(x, across, image.getWidth());
          int right = edge(x + 1, across, image.getWidth());
          int top = edge(y, across, image.getHeight());
          int bottom = edge(y + 1, across, image.getHeight());
          side(graphics, x == 0 || !inside[p - 1], left, top, left, bottom, thick);
          side(graphics, x == across - 1 || !inside[p + 1], right, top, right, bottom, thick);
          side(graphics, y == 0 || !inside[p - across], left, top, right, top, thick);
          boolean under = y == across - 1 || !inside[p + across];
          side(graphics, under, left, bottom, right, bottom, thick);
        }
      }
    }
    graphics.dispose();
  }

  /** The first pixel of a patch's row or column, within the image. */
  private static int edge(int patch, int across, int pixels) {
    return Math.min(pixels - 1, (patch * pixels + across - 1) / across);
  }

  private static void side(
      Graphics2D graphics, boolean drawn, int x0, int y0, int x1, int y1, int thick) {
    if (drawn) {
      int out = thick / 2;
      graphics.fillRect(x0 - out, y0 - out, x1 - x0 + thick, y1 - y0 + thick);
    }
  }
}
