package org.endossl.tfrecords.convert;

import java.awt.Rectangle;
import java.awt.image.BufferedImage;
import org.endossl.tfrecords.Images;

/**
 * Cuts off the black border around an endoscope's picture: a median filter, a threshold, the
 * bounding box of what is brighter. Each frame by itself, so frames may come out in different
 * sizes; resize them.
 *
 * <p>The default, a window of 19 pixels and a threshold of 15, is what code for Cholec80 commonly
 * uses.
 *
 * @param window side of the median filter's square, pixels, odd
 * @param threshold grey level, 0 to 254, above which a pixel is not border
 */
public record BorderCrop(int window, int threshold) {

  /** 19 pixels, grey level 15. */
  public static final BorderCrop DEFAULT = new BorderCrop(19, 15);

  public BorderCrop {
    if (window < 1 || window % 2 == 0 || window > 199) {
      throw new IllegalArgumentException("window: got " + window + ", wanted odd, 1 to 199");
    }
    if (threshold < 0 || threshold > 254) {
      throw new IllegalArgumentException("threshold: got " + threshold + ", wanted 0 to 254");
    }
  }

  /** What lies within the border; the whole image where all is dark. */
  public Rectangle box(BufferedImage image) {
    int width = image.getWidth();
    int height = image.getHeight();
    int[] sums = sums(Images.rgb(image), width, height);
    int left = width;
    int right = -1;
    int top = height;
    int bottom = -1;
    int reach = window / 2;
    for (int y = 0; y < height; y++) {
      int y0 = Math.max(0, y - reach);
      int y1 = Math.min(height, y + reach + 1);
      for (int x = 0; x < width; x++) {
        int x0 = Math.max(0, x - reach);
        int x1 = Math.min(width, x + reach + 1);
        int bright = at(sums, width, x1, y1) - at(sums, width, x0, y1);
        bright += at(sums, width, x0, y0) - at(sums, width, x1, y0);
        // The median is above the threshold where more than half of the window is.
        if (2 * bright > (x1 - x0) * (y1 - y0)) {
          left = Math.min(left, x);
          right = Math.max(right, x);
          top = Math.min(top, y);
          bottom = y;
        }
      }
    }
    return right < 0
        ? new Rectangle(0, 0, width, height)
        : new Rectangle(left, top, right - left + 1, bottom - top + 1);
  }

  private static int at(int[] sums, int width, int x, int y) {
    return sums[y * (width + 1) + x];
  }

  /** How many pixels above and to the left are brighter than the threshold. */
  private int[] sums(int[] rgb, int width, int height) {
    int[] sums = new int[(width + 1) * (height + 1)];
    for (int y = 0; y < height; y++) {
      int row = 0;
      for (int x = 0; x < width; x++) {
        row += gray(rgb[y * width + x]) > threshold ? 1 : 0;
        sums[(y + 1) * (width + 1) + x + 1] = sums[y * (width + 1) + x + 1] + row;
      }
    }
    return sums;
  }

  private static int gray(int rgb) {
    return (299 * (rgb >> 16) + 587 * (rgb >> 8 & 0xff) + 114 * (rgb & 0xff)) / 1000;
  }

  /** The image within the border. */
  BufferedImage cut(BufferedImage image) {
    Rectangle box = box(image);
    return image.getSubimage(box.x, box.y, box.width, box.height);
  }
}
