package org.endossl.model.serving;

import java.util.Locale;

/** What the values of an exported encoder's images run over. Declared, never guessed. */
public enum ImageScale {
  /** 0 to 1, as endossl's released backbones take them. */
  UNIT(1),
  /** 0 to 255, as an image file holds them and endossl's inference.py gives them. */
  BYTE(255);

  private final int white;

  ImageScale(int white) {
    this.white = white;
  }

  /** The value of white. */
  public int white() {
    return white;
  }

  /** As {@code 0..255}. */
  public String text() {
    return String.format(Locale.ROOT, "0..%d", white);
  }

  /**
   * Of its text.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static ImageScale parse(String text) {
    for (ImageScale scale : values()) {
      if (scale.text().equals(text)) {
        return scale;
      }
    }
    throw new IllegalArgumentException(
        "image scale: got " + text + ", wanted " + UNIT.text() + " or " + BYTE.text());
  }
}
