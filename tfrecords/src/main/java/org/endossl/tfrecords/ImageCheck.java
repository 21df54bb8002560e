package org.endossl.tfrecords;

import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * Whether bytes are a complete PNG (every chunk within bounds and with its checksum, from IHDR to
 * IEND) or JPEG (every segment within bounds, a frame header, a scan, EOI at the end). Pixels are
 * not decoded.
 */
public final class ImageCheck {

  /** Wider or higher images are refused. */
  public static final int MAX_SIDE = 1 << 14;

  private static final long PNG_SIGNATURE = 0x89504e470d0a1a0aL;
  private static final int IHDR = 0x49484452;
  private static final int IDAT = 0x49444154;
  private static final int IEND = 0x49454e44;

  private ImageCheck() {}

  /**
   * What is wrong with the image, or null.
   *
   * @return what was found and what was wanted
   */
  public static @Nullable String problem(byte[] bytes, int offset, int length) {
    Bytes image = new Bytes(bytes, offset, length);
    if (length >= 8 && image.be32(0) == (int) (PNG_SIGNATURE >> 32)) {
      return image.be32(4) == (int) PNG_SIGNATURE ? png(image) : "a broken PNG signature";
    }
    if (length >= 2 && image.be16(0) == 0xffd8) {
      return jpeg(image);
    }
    return length + " bytes that are no image, wanted a PNG or JPEG";
  }

  /**
   * What is wrong with the pixels of a PNG that {@link #problem} found nothing wrong with, or null:
   * they are unpacked, and must be as many as its header says. Those of a JPEG are not looked at.
   */
  public static @Nullable String pixelProblem(byte[] bytes, int offset, int length) {
    Bytes image = new Bytes(bytes, offset, length);
    return length >= 8 && image.be32(0) == (int) (PNG_SIGNATURE >> 32)
        ? PngPixels.problem(bytes, offset, length)
        : null;
  }

  private static @Nullable String png(Bytes image) {
    boolean data = false;
    int at = 8;
    while (image.length() - at >= 12) {
      int size = image.be32(at);
      int type = image.be32(at + 4);
      if (size < 0 || size > image.length() - at - 12) {
        return "a PNG chunk of "
            + Integer.toUnsignedString(size)
            + " bytes with "
            + (image.length() - at - 8)
            + " left, wanted a complete PNG";
      }
      if (image.crc32(at + 4, size + 4) != image.be32(at + 8 + size)) {
        return "a wrong checksum in the PNG chunk at its byte " + at;
      }
      if ((at == 8) != (type == IHDR)) {
        return "a PNG whose IHDR is not its first chunk";
      }
      String header = type == IHDR ? ihdr(image, at + 8, size) : null;
      if (header != null) {
        return header;
      }
      data |= type == IDAT;
      at += 12 + size;
      if (type == IEND) {
        return pngEnd(data, image.length() - at);
      }
    }
    return "a PNG that ends after " + image.length() + " bytes without IEND, wanted a complete one";
  }

  private static @Nullable String pngEnd(boolean data, int left) {
    if (!data) {
      return "a PNG without pixel data";
    }
    return left == 0 ? null : left + " bytes behind the end of the PNG, wanted none";
  }

  private static @Nullable String ihdr(Bytes image, int at, int size) {
    if (size != 13) {
      return "a PNG header of " + size + " bytes, wanted 13";
    }
    return sides(image.be32(at), image.be32(at + 4));
  }

  private static @Nullable String sides(int width, int height) {
    return width < 1 || height < 1 || width > MAX_SIDE || height > MAX_SIDE
        ? "an image of "
            + Integer.toUnsignedString(width)
            + "x"
            + Integer.toUnsignedString(height)
            + ", wanted sides of 1 to "
            + MAX_SIDE
        : null;
  }

  private static @Nullable String jpeg(Bytes image) {
    boolean frame = false;
    int at = 2;
    while (image.length() - at >= 4) {
      int marker = image.be16(at);
      if (marker < 0xff01) {
        return "a JPEG without a marker at its byte " + at;
      }
      if (marker == 0xffff) { // fill byte
        at++;
        continue;
      }
      int size = image.be16(at + 2);
      if (size < 2 || size > image.length() - at - 2) {
        return "a JPEG segment of " + size + " bytes that ends behind the image";
      }
      if (isFrame(marker)) {
        String sides = size < 8 ? "a short JPEG header" : frame(image, at);
        if (sides != null) {
          return sides;
        }
        frame = true;
      }
      at += 2 + size;
      if (marker == 0xffda) {
        return jpegEnd(image, at, frame);
      }
    }
    return "a JPEG that ends after " + image.length() + " bytes without a scan";
  }

  private static @Nullable String frame(Bytes image, int at) {
    return sides(image.be16(at + 7), image.be16(at + 5));
  }

  private static @Nullable String jpegEnd(Bytes image, int at, boolean frame) {
    if (!frame) {
      return "a JPEG without a frame header";
    }
    return image.length() - at >= 2 && image.be16(image.length() - 2) == 0xffd9
        ? null
        : "a JPEG that ends after " + image.length() + " bytes without EOI, wanted a complete one";
  }

  /** SOF0 to SOF15 without DHT, JPG and DAC. */
  private static boolean isFrame(int marker) {
    return marker >= 0xffc0
        && marker <= 0xffcf
        && marker != 0xffc4
        && marker != 0xffc8
        && marker != 0xffcc;
  }

  private static final class Bytes {

    private final byte[] array;
    private final int offset;
    private final int length;

    Bytes(byte[] array, int offset, int length) {
      this.array = array;
      this.offset = offset;
      this.length = length;
    }

    int length() {
      return length;
    }

    int be16(int at) {
      return (array[offset + at] & 0xff) << 8 | (array[offset + at + 1] & 0xff);
    }

    int be32(int at) {
      return be16(at) << 16 | be16(at + 2);
    }

    int crc32(int at, int size) {
      CRC32 crc = new CRC32();
      crc.update(array, offset + at, size);
      return (int) crc.getValue();
    }
  }
}
