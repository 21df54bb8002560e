package org.endossl.tfrecords.convert;

import com.google.gson.JsonObject;
import java.awt.image.BufferedImage;
import java.io.IOException;
import org.endossl.tfrecords.ImageSize;
import org.endossl.tfrecords.Images;
import org.endossl.tfrecords.Quoted;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of the images of records that are written anew.
 *
 * @param size of the images, or null to keep theirs
 * @param format of the images
 * @param quality of JPEG, 1 to 100
 */
public record Recoding(@Nullable ImageSize size, Format format, int quality) {

  /** Images as they are, byte for byte. */
  public static final Recoding NONE = new Recoding(null, Format.KEEP, 95);

  /** Formats of images. */
  public enum Format {
    /** As it is; resized images become PNG. */
    KEEP,
    /** PNG, pixels as they are. */
    PNG,
    /** PNG that is not compressed: larger, and several times as fast to decode. */
    STORED,
    /** JPEG: pixels change a little. */
    JPEG
  }

  public Recoding {
    if (quality < 1 || quality > 100) {
      throw new IllegalArgumentException("quality: got " + quality + ", wanted 1 to 100");
    }
  }

  /**
   * Reads {@code keep}, {@code png}, {@code stored}, {@code jpeg} or {@code jpeg:90}.
   *
   * @throws IllegalArgumentException when it is something else
   */
  public static Recoding parse(String format, @Nullable ImageSize size) {
    if (format.startsWith("jpeg:") && format.matches("jpeg:\\d{1,3}")) {
      return new Recoding(size, Format.JPEG, Integer.parseInt(format.substring(5)));
    }
    for (Format known : Format.values()) {
      if (known.name().toLowerCase(java.util.Locale.ROOT).equals(format)) {
        return new Recoding(size, known, NONE.quality);
      }
    }
    throw new IllegalArgumentException(
        "image: got " + Quoted.of(format) + ", wanted keep, png, stored, jpeg or jpeg:QUALITY");
  }

  /** Whether images keep their bytes. */
  boolean isNone() {
    return size == null && format == Format.KEEP;
  }

  /** The image anew; its bytes stay where nothing changes. */
  byte[] apply(byte[] image, String where) throws IOException {
    BufferedImage decoded = Images.decode(image, where);
    boolean sized =
        size == null
            || (decoded.getWidth() == size.width() && decoded.getHeight() == size.height());
    if (sized && format == Format.KEEP) {
      return image;
    }
    BufferedImage resized = sized || size == null ? decoded : ImageResize.resize(decoded, size);
    return switch (format) {
      case KEEP, PNG -> Images.png(Images.plain(resized));
      case STORED -> Images.storedPng(resized);
      case JPEG -> Images.jpeg(Images.plain(resized), quality);
    };
  }

  /** For the side file beside the records. */
  void describe(JsonObject json) {
    json.addProperty("size", size == null ? "as it is" : size.toString());
    json.addProperty(
        "image",
        format.name().toLowerCase(java.util.Locale.ROOT)
            + (format == Format.JPEG ? ":" + quality : ""));
  }
}
