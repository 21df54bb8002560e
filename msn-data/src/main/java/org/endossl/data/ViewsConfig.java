package org.endossl.data;

import java.util.List;

/**
 * The views of a frame, as facebookresearch/msn's make_transforms draws them. The target view is
 * one more random view.
 *
 * @param randSize side of target and random views, pixels
 * @param randViews random views, {@code >= 1}
 * @param focalSize side of focal views, pixels
 * @param focalViews focal views, {@code >= 0}
 * @param randScale least and greatest share of the frame's area that a random view shows
 * @param focalScale likewise for focal views
 * @param colorJitter strength s: brightness, contrast and saturation within 0.8 s, hue within 0.2
 *     s, in random order, in 4 of 5 views, then one view in 5 in grey; 0 builds neither
 * @param blurProbability share of views that are blurred, radius 0.1..2 pixels
 * @param flip whether half the views are mirrored
 * @param normalization of every view
 */
public record ViewsConfig(
    int randSize,
    int randViews,
    int focalSize,
    int focalViews,
    List<Double> randScale,
    List<Double> focalScale,
    double colorJitter,
    double blurProbability,
    boolean flip,
    Normalization normalization) {
  public ViewsConfig {
    atLeast("rand_size", randSize, 1);
    atLeast("rand_views", randViews, 1);
    atLeast("focal_size", focalSize, 1);
    atLeast("focal_views", focalViews, 0);
    randScale = scale("rand_scale", randScale);
    focalScale = scale("focal_scale", focalScale);
    within("color_jitter", colorJitter, 2.5); // hue would turn by more than half the circle
    within("blur_probability", blurProbability, 1);
  }

  /** Views per frame, the target's included. */
  public int views() {
    return 1 + randViews + focalViews;
  }

  private static List<Double> scale(String name, List<Double> range) {
    if (range.size() != 2
        || !(range.get(0) > 0 && range.get(0) <= range.get(1) && range.get(1) <= 1)) {
      throw new IllegalArgumentException(
          name + ": got " + range + ", wanted two ascending shares in (0, 1]");
    }
    return List.copyOf(range);
  }

  private static void atLeast(String name, int value, int least) {
    if (value < least) {
      throw new IllegalArgumentException(name + ": got " + value + ", wanted at least " + least);
    }
  }

  private static void within(String name, double value, double most) {
    if (!(value >= 0 && value <= most)) {
      throw new IllegalArgumentException(name + ": got " + value + ", wanted 0 to " + most);
    }
  }
}
