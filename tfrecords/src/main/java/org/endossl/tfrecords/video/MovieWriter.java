package org.endossl.tfrecords.video;

import java.io.Closeable;
import java.io.IOException;

/**
 * Writes an MP4 of MPEG-4 Part 2 frames, 25 a second, some of them bidirectional, so that frames
 * are not stored in the order in which they are shown. The same frames give the same bytes. Not for
 * use by several threads.
 */
public interface MovieWriter extends Closeable {

  /** Shown frames per second. */
  int RATE = 25;

  /**
   * Form of a video.
   *
   * @param width of the frames that are written; the video's is one less where it is odd
   * @param height likewise
   * @param hold how many shown frames each frame stays
   */
  record Format(int width, int height, int hold) {
    public Format {
      if (width < 2 || height < 2 || hold < 1) {
        throw new IllegalArgumentException(
            "movie: got "
                + width
                + "x"
                + height
                + " held "
                + hold
                + ", wanted at least 2x2 held 1 frame");
      }
    }

    byte[] bytes(int[] rgb) {
      if (rgb.length != width * height) {
        throw new IllegalArgumentException(
            "frame: got " + rgb.length + " pixels, wanted " + width + "x" + height);
      }
      byte[] bytes = new byte[rgb.length * 3];
      for (int p = 0; p < rgb.length; p++) {
        bytes[3 * p] = (byte) (rgb[p] >> 16);
        bytes[3 * p + 1] = (byte) (rgb[p] >> 8);
        bytes[3 * p + 2] = (byte) rgb[p];
      }
      return bytes;
    }
  }

  /**
   * Appends a frame.
   *
   * @param rgb row by row, red, green and blue as the lower 24 bits
   */
  void write(int[] rgb) throws IOException;

  /** Completes the file; without it the file is of no use. */
  void finish() throws IOException;
}
