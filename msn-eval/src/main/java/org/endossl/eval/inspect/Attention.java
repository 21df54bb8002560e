package org.endossl.eval.inspect;

import java.util.Arrays;

/**
 * Where the class token of a network's last block looks, on one image.
 *
 * @param across patches in a row; there are as many rows
 * @param heads [heads][across * across] shares of each head's attention, by rows; with what the
 *     class token gives itself they sum to 1
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Attention(int across, double[][] heads) {

  /** The mean of the heads. */
  public double[] mean() {
    double[] mean = new double[across * across];
    for (double[] head : heads) {
      for (int p = 0; p < mean.length; p++) {
        mean[p] += head[p] / heads.length;
      }
    }
    return mean;
  }

  /**
   * The fewest patches that hold half of a map's sum.
   *
   * @param map as {@link #mean} or one of {@link #heads}
   * @return for each patch whether it is one of them
   */
  public static boolean[] half(double[] map) {
    Integer[] byWeight = new Integer[map.length];
    Arrays.setAll(byWeight, i -> i);
    Arrays.sort(byWeight, (a, b) -> Double.compare(map[b], map[a]));
    double half = Arrays.stream(map).sum() / 2;
    boolean[] chosen = new boolean[map.length];
    double sum = 0;
    for (int i = 0; i < map.length && sum < half; i++) {
      chosen[byWeight[i]] = true;
      sum += map[byWeight[i]];
    }
    return chosen;
  }
}
