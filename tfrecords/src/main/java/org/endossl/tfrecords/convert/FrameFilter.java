package org.endossl.tfrecords.convert;

import java.awt.image.BufferedImage;
import org.endossl.tfrecords.Images;

/**
 * Decides which frames of a video are worth keeping. Filters are values: the same name decides
 * alike, for it is written beside the records.
 */
public interface FrameFilter {

  /** Brightness below which a frame is black. */
  double BLACK = 8;

  /** Share of reddish pixels below which a frame does not show the inside of a body. */
  double OUT_OF_BODY = 0.1;

  /** As it is written beside the records: {@code black:8.0}. */
  String name();

  /** Whether the frame stays. */
  boolean keeps(BufferedImage frame);

  /**
   * Drops dark frames.
   *
   * @param brightness mean of all values, 0 to 255, from which a frame stays
   */
  static FrameFilter black(double brightness) {
    return new BlackFrames(brightness);
  }

  /**
   * Drops frames on which little is reddish: the inside of a body is, drapes and walls are not. A
   * rule of thumb of this program, not of a paper; look at what it drops.
   *
   * @param share of pixels whose red exceeds green and blue by a fifth, from which a frame stays
   */
  static FrameFilter outOfBody(double share) {
    return new OutOfBodyFrames(share);
  }

  /**
   * Reads {@code black}, {@code black:8}, {@code out-of-body} or {@code out-of-body:0.1}.
   *
   * @throws IllegalArgumentException when it is something else
   */
  static FrameFilter parse(String text) {
    int colon = text.indexOf(':');
    String kind = colon < 0 ? text : text.substring(0, colon);
    try {
      if (kind.equals("black")) {
        return black(colon < 0 ? BLACK : Double.parseDouble(text.substring(colon + 1)));
      }
      if (kind.equals("out-of-body")) {
        return outOfBody(colon < 0 ? OUT_OF_BODY : Double.parseDouble(text.substring(colon + 1)));
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "filter: got \"" + text + "\", wanted a number behind the colon", e);
    }
    throw new IllegalArgumentException(
        "filter: got \"" + text + "\", wanted black, black:8, out-of-body or out-of-body:0.1");
  }

  /** See {@link FrameFilter#black}. */
  record BlackFrames(double brightness) implements FrameFilter {
    public BlackFrames {
      if (!(brightness > 0 && brightness <= 255)) {
        throw new IllegalArgumentException(
            "black: got brightness " + brightness + ", wanted above 0 to 255");
      }
    }

    @Override
    public String name() {
      return "black:" + brightness;
    }

    @Override
    public boolean keeps(BufferedImage frame) {
      long sum = 0;
      int[] pixels = Images.rgb(frame);
      for (int rgb : pixels) {
        sum += (rgb >> 16) + (rgb >> 8 & 0xff) + (rgb & 0xff);
      }
      return sum / 3.0 / pixels.length >= brightness;
    }
  }

  /** See {@link FrameFilter#outOfBody}. */
  record OutOfBodyFrames(double share) implements FrameFilter {
    public OutOfBodyFrames {
      if (!(share > 0 && share <= 1)) {
        throw new IllegalArgumentException(
            "out-of-body: got share " + share + ", wanted above 0 to 1");
      }
    }

    @Override
    public String name() {
      return "out-of-body:" + share;
    }

    @Override
    public boolean keeps(BufferedImage frame) {
      long reddish = 0;
      int[] pixels = Images.rgb(frame);
      for (int rgb : pixels) {
        int red = rgb >> 16;
        int other = Math.max(rgb >> 8 & 0xff, rgb & 0xff);
        reddish += red * 5 > other * 6 ? 1 : 0;
      }
      return reddish >= share * pixels.length;
    }
  }
}
