package org.endossl.tfrecords;

import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/** Unpacks the pixels of a PNG whose chunks are in order, without making an image of them. */
final class PngPixels {

  private static final int IHDR_DATA = 16; // bytes before the header's fields
  private static final int FIRST_CHUNK = 8;
  private static final int IDAT = 0x49444154;
  private static final int BLOCK = 1 << 16;

  /** Samples per pixel by colour type; 0 where there is no such type. */
  private static final int[] SAMPLES = {1, 0, 3, 1, 2, 0, 4};

  private PngPixels() {}

  /** What is wrong, or null. */
  static @Nullable String problem(byte[] bytes, int offset, int length) {
    ByteBuffer png = ByteBuffer.wrap(bytes, offset, length).slice();
    long wanted = unpacked(png);
    if (wanted < 0) {
      return "a PNG of colour type "
          + png.get(IHDR_DATA + 9)
          + " and depth "
          + png.get(IHDR_DATA + 8)
          + ", which there is not";
    }
    Inflater inflater = new Inflater();
    try {
      return problem(png, inflater, wanted);
    } catch (DataFormatException e) {
      return "a PNG whose pixels cannot be unpacked (" + e.getMessage() + ")";
    } finally {
      inflater.end();
    }
  }

  private static @Nullable String problem(ByteBuffer png, Inflater inflater, long wanted)
      throws DataFormatException {
    byte[] block = new byte[BLOCK];
    long got = 0;
    for (int at = FIRST_CHUNK; at + 12 <= png.limit(); at += 12 + png.getInt(at)) {
      if (png.getInt(at + 4) == IDAT) {
        inflater.setInput(png.slice(at + 8, png.getInt(at)));
        int count;
        while ((count = inflater.inflate(block)) > 0) {
          got += count;
        }
        if (inflater.needsDictionary()) {
          return "a PNG whose pixels need a dictionary";
        }
      }
    }
    if (!inflater.finished() || got < wanted) {
      return "a PNG with " + got + " bytes of pixels, wanted " + wanted;
    }
    return null;
  }

  /** Bytes of the filtered rows, or -1. */
  private static long unpacked(ByteBuffer png) {
    long width = png.getInt(IHDR_DATA);
    long height = png.getInt(IHDR_DATA + 4);
    int depth = png.get(IHDR_DATA + 8);
    int type = png.get(IHDR_DATA + 9);
    boolean known = type >= 0 && type < SAMPLES.length && SAMPLES[type] > 0;
    if (!known || Integer.bitCount(depth) != 1 || depth < 1 || depth > 16) {
      return -1;
    }
    int bits = depth * SAMPLES[type];
    if (png.get(IHDR_DATA + 12) == 0) {
      return pass(width, height, bits);
    }
    long sum = 0; // Adam7
    int[][] passes = {
      {0, 0, 8, 8},
      {4, 0, 8, 8},
      {0, 4, 4, 8},
      {2, 0, 4, 4},
      {0, 2, 2, 4},
      {1, 0, 2, 2},
      {0, 1, 1, 2}
    };
    for (int[] p : passes) {
      sum += pass((width - p[0] + p[2] - 1) / p[2], (height - p[1] + p[3] - 1) / p[3], bits);
    }
    return sum;
  }

  private static long pass(long width, long height, int bits) {
    return width == 0 ? 0 : height * (1 + (width * bits + 7) / 8);
  }
}
