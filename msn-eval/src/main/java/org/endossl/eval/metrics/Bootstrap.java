package org.endossl.eval.metrics;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;

/**
 * Percentile intervals over videos: videos are drawn with replacement, as many as there are, and
 * scored again. Frames of a video are no independent draws, so they are never drawn singly.
 *
 * @param replicates how often
 * @param level share of the replicates in the interval
 * @param seed of the draws; every score sees the same draws
 */
public record Bootstrap(int replicates, double level, long seed) {
  /** 2,000 replicates, 95 percent. */
  public static final Bootstrap DEFAULT = new Bootstrap(2000, 0.95, 0);

  public Bootstrap {
    if (replicates < 100 || replicates > 1_000_000) {
      throw new IllegalArgumentException(
          "replicates: got " + replicates + ", wanted 100 to 1000000");
    } else if (!(level > 0 && level < 1)) {
      throw new IllegalArgumentException("level: got " + level + ", wanted between 0 and 1");
    }
  }

  /**
   * An interval.
   *
   * @param low its lower end; NaN with fewer than two videos
   * @param high its upper end
   * @param replicates that had the score; a phase can be missing from all videos drawn
   */
  public record Interval(double low, double high, int replicates) {}

  /** The interval of a score. */
  public Interval of(int videos, ToDoubleFunction<int[]> score) {
    if (videos < 2) {
      return new Interval(Double.NaN, Double.NaN, 0);
    }
    SplittableRandom random = new SplittableRandom(seed);
    double[] values = new double[replicates];
    int[] sample = new int[videos];
    for (int r = 0; r < replicates; r++) {
      for (int i = 0; i < videos; i++) {
        sample[i] = random.nextInt(videos);
      }
      values[r] = score.applyAsDouble(sample);
    }
    double[] there = Relaxed.present(values);
    if (there.length == 0) {
      return new Interval(Double.NaN, Double.NaN, 0);
    }
    Arrays.sort(there);
    double tail = (1 - level) / 2;
    return new Interval(quantile(there, tail), quantile(there, 1 - tail), there.length);
  }

  /** Linear between order statistics, as NumPy's default. */
  private static double quantile(double[] sorted, double q) {
    double at = q * (sorted.length - 1);
    int below = (int) Math.floor(at);
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
  }
}
