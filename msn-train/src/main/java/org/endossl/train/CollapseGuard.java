package org.endossl.train;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Notices that a network collapses: that it gives every frame the same prediction, or none. Means
 * over a window of steps are compared with what a healthy run shows; each warning comes once until
 * its figure has recovered.
 *
 * <p>No original: facebookresearch/msn logs the largest target and the prototypes in use and leaves
 * the judgement to the reader; the bounds here are a choice.
 */
final class CollapseGuard {
  /** Of the largest entropy that the mean prediction can have. */
  private static final double LEAST_ENTROPY = 0.4;

  /** Of the prototypes that a batch can use. */
  private static final double LEAST_USED = 0.1;

  /** Times 1 / K: a uniform target's largest probability. */
  private static final double LEAST_TARGET = 1.5;

  private enum Sign {
    ONE_PREDICTION,
    FEW_PROTOTYPES,
    UNIFORM_TARGETS
  }

  private final int window;
  private final int prototypes;
  private final int batch;
  private final Deque<MsnGraph.Measured> last = new ArrayDeque<>();
  private final Set<Sign> warned = EnumSet.noneOf(Sign.class);

  /**
   * A guard that has seen nothing.
   *
   * @param window steps over which means are taken; 0 guards nothing
   * @param prototypes K
   * @param batch targets per step
   */
  CollapseGuard(int window, int prototypes, int batch) {
    this.window = window;
    this.prototypes = prototypes;
    this.batch = batch;
  }

  /** The warnings that a step gives rise to, each one line; none while the window fills. */
  List<String> after(long step, MsnGraph.Measured measured) {
    if (window == 0) {
      return List.of();
    }
    last.addLast(measured);
    if (last.size() > window) {
      last.removeFirst();
    }
    if (last.size() < window) {
      return List.of();
    }
    double entropy = last.stream().mapToDouble(MsnGraph.Measured::meanEntropy).average().orElse(0);
    double used = last.stream().mapToDouble(MsnGraph.Measured::prototypes).average().orElse(0);
    double target = last.stream().mapToDouble(MsnGraph.Measured::maxTarget).average().orElse(0);
    double most = Math.log(prototypes);
    int usable = Math.min(prototypes, batch);
    List<String> warnings = new ArrayList<>();
    judge(
        warnings,
        Sign.ONE_PREDICTION,
        entropy < LEAST_ENTROPY * most,
        text(
            step,
            "the mean prediction's entropy is %.3f of at most %.3f: predictions gather on few"
                + " prototypes; raise criterion.me_max_weight, turn criterion.sinkhorn on, or lower"
                + " optimization.lr",
            entropy,
            most));
    judge(
        warnings,
        Sign.FEW_PROTOTYPES,
        used < Math.max(1.5, LEAST_USED * usable),
        text(
            step,
            "targets use %.1f of %d prototypes that a batch can use: frames fall together; turn"
                + " criterion.sinkhorn on, raise criterion.me_max_weight, or use fewer"
                + " criterion.prototypes",
            used,
            usable));
    judge(
        warnings,
        Sign.UNIFORM_TARGETS,
        target < LEAST_TARGET / prototypes,
        text(
            step,
            "the targets' largest probability is %.5f, and %.5f would be uniform: there is nothing to"
                + " learn from them; lower criterion.final_sharpen or criterion.temperature, or weaken"
                + " views.color_jitter",
            target,
            1.0 / prototypes));
    return warnings;
  }

  private String text(long step, String format, double got, Object bound) {
    return String.format(
        Locale.ROOT, "step %d, mean of %d steps: " + format, step, window, got, bound);
  }

  private void judge(List<String> warnings, Sign sign, boolean bad, String warning) {
    if (!bad) {
      warned.remove(sign);
    } else if (warned.add(sign)) {
      warnings.add(warning);
    }
  }
}
