package org.endossl.eval.metrics;

import java.util.ArrayList;
import java.util.List;

/**
 * How far stated probabilities are from what happens: the expected calibration error of Guo et al.,
 * ICML 2017, with bins of equal width over the predicted class's probability, closed above.
 *
 * @param error expected calibration error, 0 to 1: frames' share of each bin times the distance
 *     between its accuracy and its mean probability
 * @param largest the largest such distance of a bin
 * @param bins from the lowest probability
 */
public record Calibration(double error, double largest, List<Bin> bins) {
  /** Bins where nothing else is asked for. */
  public static final int BINS = 15;

  public Calibration {
    bins = List.copyOf(bins);
  }

  /**
   * A bin.
   *
   * @param upTo its upper end, in it
   * @param frames in it
   * @param confidence their mean probability; NaN if there are none
   * @param accuracy their share of right ones; NaN if there are none
   */
  public record Bin(double upTo, long frames, double confidence, double accuracy) {}

  /** Counts frames one by one. */
  static final class Counter {
    private final long[] frames;
    private final long[] right;
    private final double[] sums;

    Counter(int bins) {
      if (bins < 1 || bins > 10_000) {
        throw new IllegalArgumentException("bins: got " + bins + ", wanted 1 to 10000");
      }
      frames = new long[bins];
      right = new long[bins];
      sums = new double[bins];
    }

    void add(double probability, boolean isRight) {
      int bin = (int) Math.ceil(probability * frames.length) - 1;
      bin = Math.max(0, Math.min(frames.length - 1, bin));
      frames[bin]++;
      right[bin] += isRight ? 1 : 0;
      sums[bin] += probability;
    }

    Calibration result() {
      long all = 0;
      for (long n : frames) {
        all += n;
      }
      double error = 0;
      double largest = 0;
      List<Bin> bins = new ArrayList<>();
      for (int b = 0; b < frames.length; b++) {
        double confidence = sums[b] / frames[b];
        double accuracy = (double) right[b] / frames[b];
        if (frames[b] > 0) {
          error += Math.abs(accuracy - confidence) * frames[b] / all;
          largest = Math.max(largest, Math.abs(accuracy - confidence));
        }
        bins.add(new Bin((b + 1.0) / frames.length, frames[b], confidence, accuracy));
      }
      return new Calibration(error, largest, bins);
    }
  }
}
