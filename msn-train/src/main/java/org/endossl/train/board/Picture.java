package org.endossl.train.board;

import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import javax.imageio.ImageIO;

/** Tiles in rows, as a picture for people. */
public final class Picture {
  private static final int GAP = 4;

  private final BufferedImage image;

  private Picture(BufferedImage image) {
    this.image = image;
  }

  /**
   * Lays tiles out in rows on black; each keeps its size.
   *
   * @param rows at least one, of at least one tile each
   */
  public static Picture grid(List<List<BufferedImage>> rows) {
    int width = 0;
    int height = GAP;
    for (List<BufferedImage> row : rows) {
      width = Math.max(width, row.stream().mapToInt(t -> t.getWidth() + GAP).sum() + GAP);
      height += highest(row) + GAP;
    }
    BufferedImage whole = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = whole.createGraphics();
    int y = GAP;
    for (List<BufferedImage> row : rows) {
      int x = GAP;
      for (BufferedImage tile : row) {
        graphics.drawImage(tile, x, y, null);
        x += tile.getWidth() + GAP;
      }
      y += highest(row) + GAP;
    }
    graphics.dispose();
    return new Picture(whole);
  }

  private static int highest(List<BufferedImage> row) {
    return row.stream().mapToInt(BufferedImage::getHeight).max().orElse(0);
  }

  int width() {
    return image.getWidth();
  }

  int height() {
    return image.getHeight();
  }

  byte[] png() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      if (!ImageIO.write(image, "png", bytes)) {
        throw new IllegalStateException("this Java writes no PNG; wanted the module java.desktop");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory does not fail so
    }
    return bytes.toByteArray();
  }
}
