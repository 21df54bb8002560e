package org.endossl.eval.inspect;

import java.util.Arrays;
import org.endossl.eval.features.Matrix;

/**
 * Exact t-SNE into the plane (van der Maaten and Hinton, JMLR 2008). As scikit-learn's {@code
 * method="exact"} with its defaults: it begins with the first two principal axes, attraction is 12
 * times as strong for the first 250 of 1,000 steps, a step is n / 48 long and at least 50, momentum
 * 0.5, then 0.8, with the gains of Jacobs. Nothing is drawn: the same rows give the same map.
 *
 * <p>Deviation: it always takes all its steps, scikit-learn stops when nothing improves.
 *
 * <p>Time and memory grow with the square of the rows; meant for up to two thousand.
 */
public final class Tsne {
  private static final double PERPLEXITY = 30;
  private static final double EXAGGERATION = 12;
  private static final int EXAGGERATED = 250;
  private static final int STEPS = 1000;
  private static final double SPREAD = 1e-4;
  private static final double SMALL = 1e-12;
  private static final double MIN_GAIN = 0.01;

  /** Fewer rows have no neighbourhoods to keep. */
  public static final int LEAST = 4;

  private final int n;
  private final double[] p;
  private final double[] y;
  private final double[] gradient;

  private Tsne(int n, double[] p, double[] y) {
    this.n = n;
    this.p = p;
    this.y = y;
    this.gradient = new double[2 * n];
  }

  /**
   * Places rows so that those that are near each other stay so.
   *
   * @param rows at least {@link #LEAST}, finite
   * @return [2 * rows], x and y of each row; units mean nothing
   * @throws IllegalArgumentException if there are fewer rows
   */
  public static double[] map(Matrix rows) {
    int n = rows.rows();
    if (n < LEAST) {
      throw new IllegalArgumentException("t-SNE: got " + n + " rows, wanted at least " + LEAST);
    }
    double[] p = affinities(distances(rows), n, perplexity(n));
    double[] y = PrincipalAxes.project(rows, 2);
    double spread = deviation(y, n);
    for (int i = 0; i < y.length && spread > 0; i++) {
      y[i] *= SPREAD / spread;
    }
    Tsne tsne = new Tsne(n, p, y);
    tsne.descend();
    return y;
  }

  /** Effective number of neighbours: 30, or a third of the others. */
  static double perplexity(int n) {
    return Math.min(PERPLEXITY, (n - 1) / 3.0);
  }

  /** Standard deviation of the first coordinate. */
  private static double deviation(double[] y, int n) {
    double squares = 0; // the mean is 0
    for (int i = 0; i < n; i++) {
      squares += y[2 * i] * y[2 * i];
    }
    return Math.sqrt(squares / n);
  }

  /** Squared Euclidean distances, [n * n]. */
  static double[] distances(Matrix rows) {
    int n = rows.rows();
    int columns = rows.columns();
    float[] x = rows.values();
    double[] d = new double[n * n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < i; j++) {
        double sum = 0;
        for (int c = 0; c < columns; c++) {
          double difference = x[i * columns + c] - x[j * columns + c];
          sum += difference * difference;
        }
        d[i * n + j] = sum;
        d[j * n + i] = sum;
      }
    }
    return d;
  }

  /** Joint probabilities of pairs, symmetric, [n * n], sum 1. */
  static double[] affinities(double[] distances, int n, double perplexity) {
    double[] conditional = new double[n * n];
    for (int i = 0; i < n; i++) {
      conditional(distances, conditional, i, n, Math.log(perplexity));
    }
    double[] p = new double[n * n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < i; j++) {
        double both = (conditional[i * n + j] + conditional[j * n + i]) / (2 * n);
        p[i * n + j] = Math.max(SMALL, both);
        p[j * n + i] = p[i * n + j];
      }
    }
    return p;
  }

  /** A Gaussian around a row whose width gives the entropy wanted, found by bisection. */
  private static void conditional(double[] d, double[] p, int i, int n, double wanted) {
    double nearest = Double.POSITIVE_INFINITY;
    double mean = 0;
    for (int j = 0; j < n; j++) {
      if (j != i) {
        nearest = Math.min(nearest, d[i * n + j]);
        mean += d[i * n + j] / (n - 1);
      }
    }
    double beta = mean > 0 ? 1 / mean : 1;
    double low = 0;
    double high = Double.POSITIVE_INFINITY;
    for (int trial = 0; trial < 100; trial++) {
      double sum = 0;
      double weighted = 0;
      for (int j = 0; j < n; j++) {
        double distance = d[i * n + j] - nearest; // shifted: the largest term is 1
        double value = j == i ? 0 : Math.exp(-beta * distance);
        p[i * n + j] = value;
        sum += value;
        weighted += value * distance;
      }
      for (int j = 0; j < n; j++) {
        p[i * n + j] /= sum;
      }
      double entropy = Math.log(sum) + beta * weighted / sum;
      if (Math.abs(entropy - wanted) < 1e-6) {
        return;
      } else if (entropy > wanted) {
        low = beta;
        beta = Double.isInfinite(high) ? beta * 2 : (beta + high) / 2;
      } else {
        high = beta;
        beta = (beta + low) / 2;
      }
    }
  }

  private void descend() {
    double[] step = new double[2 * n];
    double[] gain = new double[2 * n];
    Arrays.fill(gain, 1);
    double rate = Math.max(50, n / EXAGGERATION / 4);
    for (int s = 0; s < STEPS; s++) {
      boolean early = s < EXAGGERATED;
      gradient(early ? EXAGGERATION : 1);
      double momentum = early ? 0.5 : 0.8;
      for (int i = 0; i < y.length; i++) {
        boolean turned = step[i] * gradient[i] < 0;
        gain[i] = Math.max(MIN_GAIN, turned ? gain[i] + 0.2 : gain[i] * 0.8);
        step[i] = momentum * step[i] - rate * gain[i] * gradient[i];
        y[i] += step[i];
      }
    }
  }

  /** Attraction by p, repulsion by Student's t with one degree of freedom, in one pass. */
  private void gradient(double exaggeration) {
    double[] push = new double[2 * n];
    Arrays.fill(gradient, 0);
    double z = 0;
    for (int i = 0; i < n; i++) {
      double pullX = 0;
      double pullY = 0;
      double pushX = 0;
      double pushY = 0;
      for (int j = 0; j < i; j++) {
        double dx = y[2 * i] - y[2 * j];
        double dy = y[2 * i + 1] - y[2 * j + 1];
        double q = 1 / (1 + dx * dx + dy * dy);
        z += 2 * q;
        double a = p[i * n + j] * q;
        double r = q * q;
        pullX += a * dx;
        pullY += a * dy;
        pushX += r * dx;
        pushY += r * dy;
        gradient[2 * j] -= a * dx;
        gradient[2 * j + 1] -= a * dy;
        push[2 * j] -= r * dx;
        push[2 * j + 1] -= r * dy;
      }
      gradient[2 * i] += pullX;
      gradient[2 * i + 1] += pullY;
      push[2 * i] += pushX;
      push[2 * i + 1] += pushY;
    }
    for (int i = 0; i < gradient.length; i++) {
      gradient[i] = 4 * (exaggeration * gradient[i] - push[i] / z);
    }
  }

  /**
   * Kullback-Leibler divergence of a map's affinities from the rows', nats; what t-SNE makes small.
   *
   * @param p of {@link #affinities}
   * @param y of {@link #map}
   */
  static double divergence(double[] p, double[] y) {
    int n = y.length / 2;
    double[] q = new double[n * n];
    double z = 0;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        if (i != j) {
          double dx = y[2 * i] - y[2 * j];
          double dy = y[2 * i + 1] - y[2 * j + 1];
          q[i * n + j] = 1 / (1 + dx * dx + dy * dy);
          z += q[i * n + j];
        }
      }
    }
    double sum = 0;
    for (int k = 0; k < q.length; k++) {
      if (p[k] > 0) {
        sum += p[k] * Math.log(p[k] / Math.max(SMALL, q[k] / z));
      }
    }
    return sum;
  }
}
