package org.endossl.tfrecords.convert;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.List;
import org.endossl.tfrecords.ImageSize;
import org.endossl.tfrecords.Images;
import org.jspecify.annotations.Nullable;

/**
 * What is done to decoded frames besides resizing: filters decide first, then the border is cut.
 *
 * @param crop of the black border, or null
 * @param filters frames that one of them does not keep are left out
 */
public record Editing(@Nullable BorderCrop crop, List<FrameFilter> filters) {

  /** Frames as they are. */
  public static final Editing NONE = new Editing(null, List.of());

  public Editing {
    filters = List.copyOf(filters);
  }

  /** Whether frames need not be decoded. */
  boolean isNone() {
    return crop == null && filters.isEmpty();
  }

  /**
   * Edits a frame.
   *
   * @param image PNG or JPEG; its bytes stay when nothing changes
   * @param size of the result, or null to keep it
   * @return null when the frame is to be left out
   */
  byte @Nullable [] apply(byte[] image, @Nullable ImageSize size, String where) throws IOException {
    BufferedImage decoded = Images.decode(image, where);
    for (FrameFilter filter : filters) {
      if (!filter.keeps(decoded)) {
        return null;
      }
    }
    BufferedImage cut = crop == null ? decoded : crop.cut(decoded);
    boolean sized =
        size == null || (cut.getWidth() == size.width() && cut.getHeight() == size.height());
    boolean same = cut.getWidth() == decoded.getWidth() && cut.getHeight() == decoded.getHeight();
    if (sized && same) {
      return image;
    }
    return Images.png(sized || size == null ? copy(cut) : ImageResize.resize(cut, size));
  }

  /** A part of an image shares its pixels and would be written by another path. */
  private static BufferedImage copy(BufferedImage part) {
    BufferedImage copy =
        new BufferedImage(part.getWidth(), part.getHeight(), BufferedImage.TYPE_INT_RGB);
    copy.setRGB(0, 0, part.getWidth(), part.getHeight(), Images.rgb(part), 0, part.getWidth());
    return copy;
  }
}
