package org.endossl.eval.metrics;

import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.endossl.tfrecords.DataException;
import org.jspecify.annotations.Nullable;

/**
 * Two sets of predictions of the same frames, video by video: the difference of every score with
 * its interval, and where a score is a mean over videos Wilcoxon's signed-rank test, corrected over
 * all of them by Holm's method.
 *
 * @param lines one per score
 */
public record Comparison(List<Line> lines) {
  public Comparison {
    lines = List.copyOf(lines);
  }

  /**
   * A score.
   *
   * @param key convention and name
   * @param first its value in the first set, percent
   * @param second in the second
   * @param difference first minus second
   * @param interval of the difference, videos drawn in pairs
   * @param test of the videos' differences; null where the score is no mean over videos
   * @param corrected the test's p after Holm; NaN without a test
   */
  public record Line(
      String key,
      double first,
      double second,
      double difference,
      Bootstrap.Interval interval,
      @Nullable Wilcoxon test,
      double corrected) {}

  /**
   * Compares.
   *
   * @throws DataException if the two are not of the same videos, frames and labels
   */
  public static Comparison of(MetricsResult first, MetricsResult second) throws DataException {
    requireSame(first, second);
    List<Wilcoxon> tests = new ArrayList<>();
    for (int s = 0; s < first.scores().size(); s++) {
      double[] a = first.scores().get(s).perVideo();
      double[] b = second.scores().get(s).perVideo();
      if (a.length > 0) {
        double[] differences = new double[a.length];
        for (int i = 0; i < a.length; i++) {
          differences[i] = a[i] - b[i];
        }
        tests.add(Wilcoxon.of(differences));
      }
    }
    double[] corrected = Wilcoxon.holm(tests.stream().mapToDouble(Wilcoxon::p).toArray());
    List<Line> lines = new ArrayList<>();
    int tested = 0;
    for (int s = 0; s < first.scores().size(); s++) {
      Score a = first.scores().get(s);
      Score b = second.scores().get(s);
      boolean test = a.perVideo().length > 0;
      lines.add(
          new Line(
              a.key(),
              a.value(),
              b.value(),
              a.value() - b.value(),
              first
                  .options()
                  .bootstrap()
                  .of(
                      a.videos(),
                      sample -> a.of().applyAsDouble(sample) - b.of().applyAsDouble(sample)),
              test ? tests.get(tested) : null,
              test ? corrected[tested] : Double.NaN));
      tested += test ? 1 : 0;
    }
    return new Comparison(lines);
  }

  private static void requireSame(MetricsResult first, MetricsResult second) throws DataException {
    List<String> a = first.tracks().stream().map(Track::name).toList();
    List<String> b = second.tracks().stream().map(Track::name).toList();
    if (!a.equals(b)) {
      throw new DataException(
          "the two files are of different videos: "
              + a
              + " and "
              + b
              + "; compare the same videos");
    } else if (first.order() != second.order()) {
      throw new DataException(
          "the two files' phase orders are "
              + first.order().key()
              + " and "
              + second.order().key()
              + "; write both in one order");
    }
    for (int v = 0; v < a.size(); v++) {
      Track x = first.tracks().get(v);
      Track y = second.tracks().get(v);
      if (!x.steps().equals(y.steps())) {
        throw new DataException(
            x.name() + ": different frames in the two files; " + x.steps() + " and " + y.steps());
      }
      for (int i = 0; i < x.size(); i++) {
        if (x.label(i) != y.label(i)) {
          throw new DataException(
              x.name() + ", " + (i + 1) + ". frame: different labels in the two files");
        }
      }
    }
  }

  /** An object per score. */
  public JsonObject toJson() {
    JsonObject json = new JsonObject();
    for (Line line : lines) {
      JsonObject one = new JsonObject();
      one.add("first", MetricsJson.number(line.first()));
      one.add("second", MetricsJson.number(line.second()));
      one.add("difference", MetricsJson.number(line.difference()));
      one.add("low", MetricsJson.number(line.interval().low()));
      one.add("high", MetricsJson.number(line.interval().high()));
      Wilcoxon test = line.test();
      if (test != null) {
        JsonObject wilcoxon = new JsonObject();
        wilcoxon.addProperty("pairs", test.pairs());
        wilcoxon.addProperty("statistic", test.statistic());
        wilcoxon.addProperty("p", test.p());
        wilcoxon.addProperty("p_holm", line.corrected());
        wilcoxon.addProperty("exact", test.exact());
        one.add("wilcoxon", wilcoxon);
      }
      json.add(line.key(), one);
    }
    return json;
  }
}
