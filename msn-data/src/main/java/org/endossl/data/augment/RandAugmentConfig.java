package org.endossl.data.augment;

import java.util.Arrays;
import java.util.List;

/**
 * How RandAugment draws.
 *
 * @param layers operations one after the other, {@code >= 0}
 * @param magnitude level of all of them, 0 to 10
 * @param cutout Cutout's half side at level 10, pixels, {@code >= 0}
 * @param translate Translate's way at level 10, pixels, {@code >= 0}
 * @param excluded operations that are never drawn
 */
public record RandAugmentConfig(
    int layers, double magnitude, double cutout, double translate, List<RandAugmentOp> excluded) {

  /**
   * endossl's (its {@code data/cholec80_images.py}), other values being Model Garden's defaults.
   */
  public static final RandAugmentConfig ENDOSSL =
      new RandAugmentConfig(
          3,
          7,
          40,
          100,
          List.of(RandAugmentOp.INVERT, RandAugmentOp.SOLARIZE, RandAugmentOp.POSTERIZE));

  public RandAugmentConfig {
    excluded = List.copyOf(excluded);
    if (layers < 0) {
      throw new IllegalArgumentException("layers: got " + layers + ", wanted at least 0");
    }
    if (!(magnitude >= 0 && magnitude <= 10)) {
      throw new IllegalArgumentException("magnitude: got " + magnitude + ", wanted 0 to 10");
    }
    if (!(cutout >= 0 && translate >= 0 && cutout < 1e6 && translate < 1e6)) {
      throw new IllegalArgumentException(
          "cutout and translate: got " + cutout + " and " + translate + ", wanted pixels >= 0");
    }
  }

  /** The operations that can be drawn, in Model Garden's order. */
  public List<RandAugmentOp> drawn() {
    return Arrays.stream(RandAugmentOp.values()).filter(op -> !excluded.contains(op)).toList();
  }

  double argument(RandAugmentOp op) {
    return op.argument(magnitude, cutout, translate);
  }
}
