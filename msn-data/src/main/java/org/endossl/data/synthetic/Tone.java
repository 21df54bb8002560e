package org.endossl.data.synthetic;

import java.util.random.RandomGenerator;

/**
 * The camera's exposure and white balance. They bring every frame to a mean colour and a contrast
 * that wander within a video and differ between videos but do not depend on what is in the frame:
 * what is left to tell the phases apart is shape.
 */
final class Tone {
  private final double level;
  private final double red;
  private final double green;
  private final double contrast;
  private final Drift levelDrift;
  private final Drift redDrift;
  private final Drift greenDrift;
  private final Drift contrastDrift;

  Tone(RandomGenerator random) {
    level = random.nextDouble(0.3, 0.34);
    red = random.nextDouble(1.4, 1.5);
    green = random.nextDouble(0.75, 0.81);
    contrast = random.nextDouble(0.155, 0.165);
    levelDrift = new Drift(random, 31);
    redDrift = new Drift(random, 43);
    greenDrift = new Drift(random, 37);
    contrastDrift = new Drift(random, 29);
  }

  /** Changes the pixels that {@code inside} selects, three values each. */
  void apply(float[] rgb, boolean[] inside, double time) {
    double mean = level * (1 + 0.05 * levelDrift.at(time));
    double r = red * (1 + 0.03 * redDrift.at(time));
    double g = green * (1 + 0.03 * greenDrift.at(time));
    double[] target = {mean * r, mean * g, mean * (3 - r - g)};
    double spread = contrast * (1 + 0.05 * contrastDrift.at(time));
    // Clipping moves what was reached: a few rounds settle it.
    for (int round = 0; round < 4; round++) {
      double[] means = means(rgb, inside);
      double scale = spread / Math.max(1e-3, deviation(rgb, inside, means, target));
      for (int i = 0; i < inside.length; i++) {
        for (int c = 0; inside[i] && c < 3; c++) {
          double balanced = rgb[3 * i + c] * target[c] / means[c];
          double value = target[c] + scale * (balanced - target[c]);
          rgb[3 * i + c] = (float) Math.max(0, Math.min(1, value));
        }
      }
    }
  }

  private static double[] means(float[] rgb, boolean[] inside) {
    double[] sums = new double[3];
    int count = 0;
    for (int i = 0; i < inside.length; i++) {
      if (inside[i]) {
        count++;
        for (int c = 0; c < 3; c++) {
          sums[c] += rgb[3 * i + c];
        }
      }
    }
    for (int c = 0; c < 3; c++) {
      sums[c] = Math.max(1e-3, sums[c] / count);
    }
    return sums;
  }

  /** Standard deviation of the brightness that the balanced pixels have. */
  private static double deviation(float[] rgb, boolean[] inside, double[] means, double[] target) {
    double squares = 0;
    int count = 0;
    for (int i = 0; i < inside.length; i++) {
      if (inside[i]) {
        double sum = 0;
        for (int c = 0; c < 3; c++) {
          sum += rgb[3 * i + c] * target[c] / means[c] - target[c];
        }
        squares += sum * sum / 9;
        count++;
      }
    }
    return Math.sqrt(squares / count);
  }
}
