package org.endossl.eval;

import org.endossl.data.Normalization;

/**
 * What happens to a frame before the encoder.
 *
 * @param size side of the square it is resized to, pixels, without regard to its sides' ratio
 * @param normalization per channel
 */
public record Preprocessing(int size, Normalization normalization) {
  public Preprocessing {
    if (size < 1) {
      throw new IllegalArgumentException("size: got " + size + ", wanted at least 1");
    }
  }

  /** The same with another size. */
  public Preprocessing withSize(int other) {
    return new Preprocessing(other, normalization);
  }
}
