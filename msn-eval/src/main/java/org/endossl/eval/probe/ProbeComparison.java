package org.endossl.eval.probe;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.endossl.eval.ProgressListener;
import org.endossl.eval.features.FeatureSet;
import org.endossl.eval.metrics.EndosslMetrics;

/**
 * The same probe on several encoders' features of the same frames.
 *
 * @param results one per set, in the order given
 */
public record ProbeComparison(List<ProbeResult> results) {
  public ProbeComparison {
    results = List.copyOf(results);
  }

  /**
   * Features under a name.
   *
   * @param name for tables
   * @param features of the frames that all sets have
   */
  public record Named(String name, FeatureSet features) {}

  /**
   * Probes each set.
   *
   * @throws IllegalArgumentException if the sets are not of the same frames
   */
  public static ProbeComparison run(List<Named> sets, ProbeConfig config, ProgressListener listener)
      throws IOException {
    List<ProbeResult> results = new ArrayList<>();
    for (Named set : sets) {
      if (!set.features().frames().equals(sets.get(0).features().frames())) {
        throw new IllegalArgumentException(
            set.name() + " and " + sets.get(0).name() + " are features of different frames");
      }
      results.add(LinearProbe.run(set.name(), set.features(), config, null, listener));
    }
    return new ProbeComparison(results);
  }

  /**
   * A line of the table.
   *
   * @param name of the features
   * @param scores on the test videos
   */
  public record Line(String name, EndosslMetrics scores) {}

  /** endossl's scores of each set on the test videos; sets without test videos are left out. */
  public List<Line> table() {
    List<Line> lines = new ArrayList<>();
    for (ProbeResult result : results) {
      ProbeResult.Scored test = result.test();
      if (test != null) {
        lines.add(new Line(result.name(), test.metrics().endossl()));
      }
    }
    return lines;
  }
}
