package org.endossl.eval.suite;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.endossl.data.synthetic.SyntheticConfig;
import org.endossl.train.config.Require;

/**
 * A suite, as in {@code configs/suites/*.yaml}. In its texts {@code {work}} stands for the folder
 * given on the command line.
 *
 * @param name of the suite
 * @param synthetic data sets to generate first
 * @param pretrain runs to train first
 * @param rows what is scored
 */
public record SuiteConfig(
    String name, List<Synthetic> synthetic, List<Pretrain> pretrain, List<Row> rows) {
  public SuiteConfig {
    synthetic = List.copyOf(synthetic);
    pretrain = List.copyOf(pretrain);
    rows = List.copyOf(rows);
    Require.atLeast("rows", rows.size(), 1);
    Set<String> names = new HashSet<>();
    for (Row row : rows) {
      if (!names.add(row.name())) {
        throw new IllegalArgumentException("rows: \"" + row.name() + "\" is there twice");
      }
    }
  }

  /**
   * A generated data set; kept if its folder is there.
   *
   * @param out its folder
   * @param data what is generated
   */
  public record Synthetic(String out, SyntheticConfig data) {}

  /**
   * A pre-training run; kept if its folder is there.
   *
   * @param out its folder
   * @param config the YAML file
   * @param set overrides of its keys
   */
  public record Pretrain(String out, String config, List<String> set) {
    public Pretrain {
      set = List.copyOf(set);
    }
  }

  /** How sure the number is that a row is held against. */
  public enum Status {
    /** Read in the source named. */
    VERIFIED,
    /** Sources contradict each other; the row says how. */
    DISPUTED,
    /** Quoted from elsewhere; the source named was not read. */
    UNVERIFIED,
    /** No published number: a bar of this project's own. */
    OWN
  }

  /** When a bar is reached. */
  public enum Rule {
    /** The score is the bar less the tolerance, or more. */
    AT_LEAST,
    /** The score is within the tolerance of the bar. */
    WITHIN
  }

  /**
   * A number and how to get it.
   *
   * @param name unique in the suite
   * @param source where the number is from, in words
   * @param status how sure that is
   * @param needs weights and data, in words
   * @param weights as {@code endossl features} takes them
   * @param files paths that must be there besides the weights
   * @param protocol the YAML file; empty if this build has none
   * @param set overrides of its keys
   * @param score by name, such as {@code test.endossl.video_f1}
   * @param bar for the score
   * @param tolerance on it, 0 or more
   * @param rule when it is reached
   */
  public record Row(
      String name,
      String source,
      Status status,
      String needs,
      String weights,
      List<String> files,
      String protocol,
      List<String> set,
      String score,
      double bar,
      double tolerance,
      Rule rule) {
    public Row {
      files = List.copyOf(files);
      set = List.copyOf(set);
      Require.within("tolerance", tolerance, 0, Double.MAX_VALUE);
    }

    /** Whether a score reaches the bar; NaN does not. */
    boolean reached(double got) {
      return rule == Rule.AT_LEAST
          ? got >= bar - tolerance
          : got >= bar - tolerance && got <= bar + tolerance;
    }
  }
}
