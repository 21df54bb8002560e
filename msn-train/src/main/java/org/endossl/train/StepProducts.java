package org.endossl.train;

import org.endossl.model.VitConfig;

/** How many floating-point operations the linear layers of a step take. */
final class StepProducts {
  private StepProducts() {}

  /**
   * Of both encoders' patch embeddings and of all blocks but the last, which is computed for class
   * tokens only: forward for the target's view, forward and twice that backward for the anchor's
   * (once for the patches, whose images have no gradient). Attention, heads and what is computed
   * again to save memory do not count.
   *
   * @param kept patches of a random view that the anchor sees
   * @param focalViews per frame
   * @param focalSide of a focal view, pixels
   * @return for a batch, in 1e9; a product and a sum are two
   */
  static double gigaflop(VitConfig encoder, int batch, int kept, int focalViews, int focalSide) {
    int focal = focalViews * square(focalSide / encoder.patchSize()); // patches of all
    double target = patches(encoder, encoder.patches()) + blocks(encoder, encoder.patches() + 1.0);
    double anchor =
        2 * patches(encoder, kept + focal) + 3 * blocks(encoder, kept + 1.0 + focal + focalViews);
    return batch * (target + anchor) / 1e9;
  }

  private static int square(int side) {
    return side * side;
  }

  private static double patches(VitConfig encoder, double count) {
    return 2.0 * count * encoder.patchValues() * encoder.width();
  }

  /** qkv, projection and the two layers of the MLP. */
  private static double blocks(VitConfig encoder, double tokens) {
    double width = encoder.width();
    return 2 * tokens * (encoder.depth() - 1) * width * (4 * width + 2.0 * encoder.hidden());
  }
}
