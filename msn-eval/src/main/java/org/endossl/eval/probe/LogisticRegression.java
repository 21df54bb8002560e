package org.endossl.eval.probe;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Multinomial logistic regression with an L2 penalty and no intercept: the smallest mean
 * cross-entropy plus {@code lambda / 2 |W|^2}, found by L-BFGS. Source: {@code logistic_eval.py} of
 * facebookresearch/msn, which solves the same problem by cyanure ({@code penalty='l2'}, {@code
 * fit_intercept=False}). The problem is strictly convex: any solver has the same answer.
 *
 * @param weights [classes * inputs], a row per class
 * @param inputs values per frame
 * @param classes number of classes
 * @param objective the value reached
 * @param iterations of the solver
 * @param converged whether the gradient became as small as was asked for
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record LogisticRegression(
    float[] weights, int inputs, int classes, double objective, int iterations, boolean converged) {
  /**
   * Rows are summed in as many blocks, whatever the number of threads: the same bits everywhere.
   */
  private static final int BLOCKS = 16;

  private static final int MEMORY = 10;
  private static final int HALVINGS = 30;
  private static final double ARMIJO = 1e-4;

  /**
   * The problem.
   *
   * @param x [rows * inputs], at least one row
   * @param targets a class per row
   * @param inputs values per row
   * @param classes number of classes; those that do not occur get small weights
   * @param lambda of the penalty, positive
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Problem(float[] x, int[] targets, int inputs, int classes, double lambda) {
    public Problem {
      if (targets.length == 0 || (long) targets.length * inputs != x.length) {
        throw new IllegalArgumentException(
            x.length + " values for " + targets.length + " rows of " + inputs);
      } else if (!(lambda > 0)) {
        throw new IllegalArgumentException("lambda: got " + lambda + ", wanted more than 0");
      }
    }
  }

  /**
   * Solves a problem.
   *
   * @param start first weights, or empty for zeros
   * @param iterations at most
   * @param tolerance largest entry of the gradient at the end
   */
  public static LogisticRegression fit(
      Problem problem, float[] start, int iterations, double tolerance) {
    int n = problem.classes() * problem.inputs();
    double[] w = new double[n];
    for (int i = 0; i < start.length; i++) {
      w[i] = start[i];
    }
    double[] g = new double[n];
    double value = evaluate(problem, w, g);
    Memory memory = new Memory(MEMORY);
    int done = 0;
    boolean converged = largest(g) <= tolerance;
    while (!converged && done < iterations) {
      double[] direction = memory.direction(g);
      double slope = dot(direction, g);
      if (!(slope < 0)) {
        memory.clear();
        direction = negative(g);
        slope = dot(direction, g);
      }
      double step = memory.isEmpty() ? Math.min(1, 1 / Math.sqrt(-slope)) : 1;
      double[] next = new double[n];
      double[] nextGradient = new double[n];
      double nextValue = Double.NaN;
      boolean better = false;
      for (int h = 0; h < HALVINGS && !better; h++, step *= 0.5) {
        for (int i = 0; i < n; i++) {
          next[i] = w[i] + step * direction[i];
        }
        nextValue = evaluate(problem, next, nextGradient);
        better = nextValue <= value + ARMIJO * step * slope;
      }
      if (!better) {
        break; // float32 sums cannot tell the values apart any more
      }
      memory.add(w, next, g, nextGradient);
      w = next;
      g = nextGradient;
      value = nextValue;
      done++;
      converged = largest(g) <= tolerance;
    }
    float[] weights = new float[n];
    for (int i = 0; i < n; i++) {
      weights[i] = (float) w[i];
    }
    return new LogisticRegression(
        weights, problem.inputs(), problem.classes(), value, done, converged);
  }

  /** Logits of the row of {@code x} that starts at {@code from}. */
  public void logits(float[] x, int from, float[] logits) {
    LinearLayer.rows(weights, inputs, classes, x, from, logits);
  }

  /** The objective; its gradient goes into {@code g}. */
  private static double evaluate(Problem problem, double[] w, double[] g) {
    float[] weights = new float[w.length];
    for (int i = 0; i < w.length; i++) {
      weights[i] = (float) w[i];
    }
    int rows = problem.targets().length;
    float[][] gradients = new float[BLOCKS][];
    double[] losses = new double[BLOCKS];
    IntStream.range(0, BLOCKS)
        .parallel()
        .forEach(
            b -> {
              gradients[b] = new float[w.length];
              losses[b] =
                  block(
                      problem,
                      weights,
                      (int) ((long) rows * b / BLOCKS),
                      (int) ((long) rows * (b + 1) / BLOCKS),
                      gradients[b]);
            });
    double value = 0;
    Arrays.fill(g, 0);
    for (int b = 0; b < BLOCKS; b++) {
      value += losses[b] / rows;
      for (int i = 0; i < g.length; i++) {
        g[i] += gradients[b][i] / (double) rows;
      }
    }
    for (int i = 0; i < g.length; i++) {
      value += problem.lambda() / 2 * w[i] * w[i];
      g[i] += problem.lambda() * w[i];
    }
    return value;
  }

  private static double block(
      Problem problem, float[] weights, int from, int to, float[] gradient) {
    float[] logits = new float[problem.classes()];
    float[] dz = new float[problem.classes()];
    double loss = 0;
    for (int row = from; row < to; row++) {
      int at = row * problem.inputs();
      LinearLayer.rows(weights, problem.inputs(), problem.classes(), problem.x(), at, logits);
      loss += Loss.MULTI_CLASS.one(logits, problem.targets()[row], dz);
      for (int c = 0; c < dz.length; c++) {
        LinearLayer.axpy(dz[c], problem.x(), at, gradient, c * problem.inputs(), problem.inputs());
      }
    }
    return loss;
  }

  private static double largest(double[] g) {
    double largest = 0;
    for (double v : g) {
      largest = Math.max(largest, Math.abs(v));
    }
    return largest;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private static double[] negative(double[] g) {
    double[] d = new double[g.length];
    for (int i = 0; i < g.length; i++) {
      d[i] = -g[i];
    }
    return d;
  }

  /** The last steps and changes of the gradient; Nocedal and Wright 2006, algorithm 7.4. */
  private static final class Memory {
    private final double[][] steps;
    private final double[][] changes;
    private final double[] rho;
    private int kept;
    private int next;

    Memory(int size) {
      steps = new double[size][];
      changes = new double[size][];
      rho = new double[size];
    }

    boolean isEmpty() {
      return kept == 0;
    }

    void clear() {
      kept = 0;
      next = 0;
    }

    void add(double[] w, double[] nextW, double[] g, double[] nextG) {
      double[] s = new double[w.length];
      double[] y = new double[w.length];
      for (int i = 0; i < s.length; i++) {
        s[i] = nextW[i] - w[i];
        y[i] = nextG[i] - g[i];
      }
      double curvature = dot(s, y);
      if (curvature > 1e-12 * dot(y, y)) {
        steps[next] = s;
        changes[next] = y;
        rho[next] = 1 / curvature;
        next = (next + 1) % steps.length;
        kept = Math.min(kept + 1, steps.length);
      }
    }

    double[] direction(double[] g) {
      double[] q = negative(g);
      double[] alpha = new double[steps.length];
      for (int k = 1; k <= kept; k++) {
        int i = Math.floorMod(next - k, steps.length);
        alpha[i] = rho[i] * dot(steps[i], q);
        add(q, -alpha[i], changes[i]);
      }
      if (kept > 0) {
        int last = Math.floorMod(next - 1, steps.length);
        double scale = 1 / (rho[last] * dot(changes[last], changes[last]));
        for (int i = 0; i < q.length; i++) {
          q[i] *= scale;
        }
      }
      for (int k = kept; k >= 1; k--) {
        int i = Math.floorMod(next - k, steps.length);
        add(q, alpha[i] - rho[i] * dot(changes[i], q), steps[i]);
      }
      return q;
    }

    private static void add(double[] to, double by, double[] what) {
      for (int i = 0; i < to.length; i++) {
        to[i] += by * what[i];
      }
    }
  }
}
