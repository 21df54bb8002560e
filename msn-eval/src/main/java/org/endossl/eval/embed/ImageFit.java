package org.endossl.eval.embed;

import org.jspecify.annotations.Nullable;

/** How an image file of any shape becomes the encoder's square. */
public enum ImageFit {
  /** Resized as a whole, whatever becomes of its sides' ratio: endossl's {@code inference.py}. */
  SQUARE,
  /**
   * The shorter side to 256 for an encoder of 224, then the square in the middle: torchvision's
   * Resize and CenterCrop, which facebookresearch/msn scores by.
   */
  CENTER_CROP,
  /**
   * A new box each time of 8 to 100 percent of the area, and a mirrored image half of the time:
   * torchvision's RandomResizedCrop and RandomHorizontalFlip, on which its linear layer is trained.
   */
  RANDOM_CROP;

  /** What a configuration asks for; a missing key is {@link #SQUARE}. */
  public static ImageFit of(@Nullable ImageFit fit) {
    return fit == null ? SQUARE : fit;
  }
}
