package org.endossl.tfrecords.convert;

import java.awt.image.BufferedImage;
import java.io.IOException;
import org.endossl.tfrecords.DataException;
import org.endossl.tfrecords.ImageSize;
import org.endossl.tfrecords.Images;

/**
 * Resizes by a triangle filter that widens as the image shrinks (PIL's BILINEAR, TensorFlow's
 * bilinear with antialias); the result is a PNG.
 */
final class ImageResize {

  private static final int CHANNELS = 3;

  private ImageResize() {}

  /** The weights with which the pixels of one line make up one pixel of the result. */
  @SuppressWarnings("ArrayRecordComponent") // internal, never compared
  private record Filter(int[] first, float[][] weights) {

    static Filter of(int from, int to) {
      double scale = (double) from / to;
      double support = Math.max(1, scale);
      int[] first = new int[to];
      float[][] weights = new float[to][];
      for (int i = 0; i < to; i++) {
        double center = (i + 0.5) * scale;
        int begin = Math.max(0, (int) Math.floor(center - support + 0.5));
        int end = Math.min(from, (int) Math.floor(center + support + 0.5));
        double[] raw = new double[end - begin];
        double sum = 0;
        for (int x = begin; x < end; x++) {
          raw[x - begin] = Math.max(0, 1 - Math.abs((x + 0.5 - center) / support));
          sum += raw[x - begin];
        }
        first[i] = begin;
        weights[i] = new float[raw.length];
        for (int x = 0; x < raw.length; x++) {
          weights[i][x] = (float) (raw[x] / sum);
        }
      }
      return new Filter(first, weights);
    }
  }

  /**
   * The image in another size; an image that has that size already is given back as it is.
   *
   * @param image PNG or JPEG
   * @param where named in the exception
   * @throws DataException when the image cannot be decoded
   */
  static byte[] resize(byte[] image, ImageSize size, String where) throws IOException {
    BufferedImage decoded = Images.decode(image, where);
    if (decoded.getWidth() == size.width() && decoded.getHeight() == size.height()) {
      return image;
    }
    return Images.png(resize(decoded, size));
  }

  static BufferedImage resize(BufferedImage image, ImageSize size) {
    int width = image.getWidth();
    int height = image.getHeight();
    Filter columns = Filter.of(width, size.width());
    Filter rows = Filter.of(height, size.height());
    float[] narrow = new float[height * size.width() * CHANNELS];
    int[] line = new int[width];
    for (int y = 0; y < height; y++) {
      image.getRGB(0, y, width, 1, line, 0, width);
      shrinkLine(line, columns, narrow, y * size.width() * CHANNELS);
    }
    BufferedImage out = new BufferedImage(size.width(), size.height(), BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < size.height(); y++) {
      for (int x = 0; x < size.width(); x++) {
        out.setRGB(x, y, pixel(narrow, size.width(), x, rows.first()[y], rows.weights()[y]));
      }
    }
    return out;
  }

  private static void shrinkLine(int[] line, Filter filter, float[] out, int at) {
    for (int i = 0; i < filter.first().length; i++) {
      float[] weights = filter.weights()[i];
      float red = 0;
      float green = 0;
      float blue = 0;
      for (int x = 0; x < weights.length; x++) {
        int rgb = line[filter.first()[i] + x];
        red += weights[x] * (rgb >> 16 & 0xff);
        green += weights[x] * (rgb >> 8 & 0xff);
        blue += weights[x] * (rgb & 0xff);
      }
      out[at + i * CHANNELS] = red;
      out[at + i * CHANNELS + 1] = green;
      out[at + i * CHANNELS + 2] = blue;
    }
  }

  private static int pixel(float[] narrow, int width, int x, int firstRow, float[] weights) {
    int rgb = 0;
    for (int channel = 0; channel < CHANNELS; channel++) {
      float sum = 0;
      for (int y = 0; y < weights.length; y++) {
        sum += weights[y] * narrow[((firstRow + y) * width + x) * CHANNELS + channel];
      }
      rgb = rgb << 8 | Math.max(0, Math.min(255, (int) (sum + 0.5f)));
    }
    return rgb;
  }
}
