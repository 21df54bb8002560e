package org.endossl.eval.metrics;

import java.util.Arrays;

/**
 * Wilcoxon's signed-rank test of paired differences, two-sided. Differences of 0 are left out,
 * equal ones share their mean rank. Up to {@value #EXACT} differences the distribution over all
 * signs of these ranks is counted, ties included; above, the normal approximation with corrections
 * for ties and continuity.
 *
 * @param pairs differences that are not 0
 * @param statistic the smaller of the two rank sums
 * @param p probability of one at least as small; 1 without differences
 * @param exact whether it was counted
 */
public record Wilcoxon(int pairs, double statistic, double p, boolean exact) {
  /** The most differences that are counted exactly. */
  public static final int EXACT = 50;

  /** Tests differences; NaN is refused. */
  public static Wilcoxon of(double[] differences) {
    return of(differences, EXACT);
  }

  /** Counts up to {@code most} differences. */
  static Wilcoxon of(double[] differences, int most) {
    double[] d = Arrays.stream(differences).filter(v -> v != 0).toArray();
    int n = d.length;
    if (n == 0) {
      return new Wilcoxon(0, 0, 1, true);
    }
    int[] twice = twiceRanks(d);
    int plus = 0;
    int all = 0;
    for (int i = 0; i < n; i++) {
      plus += d[i] > 0 ? twice[i] : 0;
      all += twice[i];
    }
    int smaller = Math.min(plus, all - plus);
    double p = n <= most ? counted(twice, all, smaller) : approximate(twice, all, smaller);
    return new Wilcoxon(n, smaller / 2.0, Math.min(1, p), n <= most);
  }

  /** Twice the rank of each size, so that mean ranks are whole. */
  private static int[] twiceRanks(double[] d) {
    int n = d.length;
    Integer[] order = new Integer[n];
    for (int i = 0; i < n; i++) {
      if (Double.isNaN(d[i])) {
        throw new IllegalArgumentException("difference " + i + " is NaN");
      }
      order[i] = i;
    }
    Arrays.sort(order, (a, b) -> Double.compare(Math.abs(d[a]), Math.abs(d[b])));
    int[] twice = new int[n];
    for (int from = 0; from < n; ) {
      int to = from + 1;
      while (to < n && Math.abs(d[order[to]]) == Math.abs(d[order[from]])) {
        to++;
      }
      for (int i = from; i < to; i++) {
        twice[order[i]] = from + 1 + to;
      }
      from = to;
    }
    return twice;
  }

  /** Share of the 2^n signs whose sum is at most {@code smaller}, on both sides. */
  private static double counted(int[] twice, int all, int smaller) {
    double[] ways = new double[all + 1];
    ways[0] = 1;
    int reached = 0;
    for (int rank : twice) {
      reached += rank;
      for (int sum = reached; sum >= rank; sum--) {
        ways[sum] += ways[sum - rank];
      }
    }
    double few = 0;
    for (int sum = 0; sum <= smaller; sum++) {
      few += ways[sum];
    }
    return 2 * few / Math.pow(2, twice.length);
  }

  private static double approximate(int[] twice, int all, int smaller) {
    double squares = 0;
    for (int rank : twice) {
      squares += (double) rank * rank;
    }
    // Var of a sum of independent signs times ranks: sum of squares / 4, here in twice the units.
    double z = (smaller - all / 2.0 + 1) / Math.sqrt(squares / 4);
    return 2 * below(Math.min(z, 0));
  }

  /** The normal distribution's share below z <= 0; Abramowitz and Stegun 7.1.26, 1.5e-7. */
  private static double below(double z) {
    double x = -z / Math.sqrt(2);
    double t = 1 / (1 + 0.3275911 * x);
    double poly =
        t
            * (0.254829592
                + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
    return 0.5 * poly * Math.exp(-x * x);
  }

  /** Holm's correction: p values that hold together at one level. */
  public static double[] holm(double[] p) {
    Integer[] order = new Integer[p.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, (a, b) -> Double.compare(p[a], p[b]));
    double[] corrected = new double[p.length];
    double largest = 0;
    for (int i = 0; i < p.length; i++) {
      largest = Math.max(largest, Math.min(1, (p.length - i) * p[order[i]]));
      corrected[order[i]] = largest;
    }
    return corrected;
  }
}
