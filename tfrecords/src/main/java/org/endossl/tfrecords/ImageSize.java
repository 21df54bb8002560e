package org.endossl.tfrecords;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Width and height of an image.
 *
 * @param width in pixels
 * @param height in pixels
 */
public record ImageSize(int width, int height) {

  private static final Pattern TEXT = Pattern.compile("(\\d{1,5})x(\\d{1,5})");

  public ImageSize {
    if (width < 1 || height < 1 || width > ImageCheck.MAX_SIDE || height > ImageCheck.MAX_SIDE) {
      throw new IllegalArgumentException(
          "size: got " + width + "x" + height + ", wanted sides of 1 to " + ImageCheck.MAX_SIDE);
    }
  }

  /**
   * Reads {@code WIDTHxHEIGHT}.
   *
   * @throws IllegalArgumentException when the text is something else
   */
  public static ImageSize parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "size: got " + Quoted.of(text) + ", wanted WIDTHxHEIGHT, for example 427x240");
    }
    return new ImageSize(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
  }

  @Override
  public String toString() {
    return width + "x" + height;
  }
}
