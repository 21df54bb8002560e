package org.endossl.eval.report;

import java.util.List;
import org.endossl.eval.metrics.Predictions;

/**
 * What a report shows. Empty lists leave their sections out.
 *
 * @param title of the page
 * @param lead one or two sentences under it
 * @param data the frames and how they are split
 * @param curves of training
 * @param labels scores over the number of labels
 * @param evaluations on the same videos; the first is the one that the details are about
 * @param samples generated frames; never real ones
 * @param config as YAML; may be empty
 * @param environment versions, machine, times
 */
public record ReportData(
    String title,
    String lead,
    List<Fact> data,
    List<Curve> curves,
    List<Curve> labels,
    List<Evaluation> evaluations,
    List<Sample> samples,
    String config,
    List<Fact> environment) {
  public ReportData {
    data = List.copyOf(data);
    curves = List.copyOf(curves);
    labels = List.copyOf(labels);
    evaluations = List.copyOf(evaluations);
    samples = List.copyOf(samples);
    environment = List.copyOf(environment);
  }

  /** A line of a table of two columns. */
  public record Fact(String name, String value) {}

  /**
   * A chart, mostly over training steps.
   *
   * @param title of the chart
   * @param unit of its values, for the axis
   * @param logarithmic whether the values' axis is
   * @param series its lines
   * @param axis what {@link Series#steps} are
   */
  public record Curve(
      String title, String unit, boolean logarithmic, List<Series> series, String axis) {
    /** A chart over training steps. */
    public Curve(String title, String unit, boolean logarithmic, List<Series> series) {
      this(title, unit, logarithmic, series, "step");
    }

    public Curve {
      series = List.copyOf(series);
    }
  }

  /**
   * A line of a chart.
   *
   * @param name in the legend
   * @param steps from 0, rising
   * @param values as many
   */
  public record Series(String name, List<Double> steps, List<Double> values) {
    public Series {
      steps = List.copyOf(steps);
      values = List.copyOf(values);
      if (steps.size() != values.size()) {
        throw new IllegalArgumentException(
            name + ": " + steps.size() + " steps and " + values.size() + " values");
      }
    }
  }

  /**
   * The predictions of one network's probe.
   *
   * @param name of the network
   * @param note a few words on it
   * @param predictions on the test videos
   */
  public record Evaluation(String name, String note, Predictions predictions) {}

  /**
   * A generated frame.
   *
   * @param png the encoded image
   * @param caption what it shows, also read out in its place
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Sample(byte[] png, String caption) {}
}
