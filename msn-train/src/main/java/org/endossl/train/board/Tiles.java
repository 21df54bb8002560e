package org.endossl.train.board;

import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Set;

/** Values of tensors as tiles of a {@link Picture}. */
public final class Tiles {
  private static final int DROPPED = 0x404040;

  private Tiles() {}

  /**
   * An image of a batch.
   *
   * @param values [images, side, side, 3], normalised
   * @param index which image
   * @param mean per channel, as it was taken away
   * @param std per channel, as it was divided by
   */
  public static BufferedImage image(
      float[] values, int index, int side, List<Double> mean, List<Double> std) {
    BufferedImage tile = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
    int at = index * side * side * 3;
    for (int i = 0; i < side * side; i++) {
      int rgb = 0;
      for (int c = 0; c < 3; c++) {
        double value = values[at + 3 * i + c] * std.get(c) + mean.get(c);
        rgb = rgb << 8 | (int) Math.round(255 * Math.min(1, Math.max(0, value)));
      }
      tile.setRGB(i % side, i / side, rgb);
    }
    return tile;
  }

  /**
   * Paints the patches grey that a network does not see.
   *
   * @param kept numbers of the patches that it sees, by rows
   */
  public static void mask(BufferedImage tile, int patch, Set<Integer> kept) {
    int across = tile.getWidth() / patch;
    for (int y = 0; y < tile.getHeight(); y++) {
      for (int x = 0; x < tile.getWidth(); x++) {
        if (!kept.contains(y / patch * across + x / patch)) {
          tile.setRGB(x, y, DROPPED);
        }
      }
    }
  }

  /**
   * A map of patches over its image: what has the largest weight stays as bright as it is, the rest
   * darkens in proportion.
   *
   * @param weights one per patch, by rows, {@code >= 0}
   */
  public static BufferedImage spotlight(BufferedImage image, int patch, double[] weights) {
    double most = Double.MIN_NORMAL;
    for (double weight : weights) {
      most = Math.max(most, weight);
    }
    int across = image.getWidth() / patch;
    BufferedImage tile =
        new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        double share = weights[y / patch * across + x / patch] / most;
        int rgb = image.getRGB(x, y);
        int darker = 0;
        for (int shift = 16; shift >= 0; shift -= 8) {
          darker = darker << 8 | (int) Math.round((rgb >> shift & 255) * share);
        }
        tile.setRGB(x, y, darker);
      }
    }
    return tile;
  }
}
