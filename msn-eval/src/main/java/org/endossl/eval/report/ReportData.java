package org.endossl.eval.report;

import com.google.gson.JsonObject;
import java.util.List;
import org.endossl.eval.metrics.Predictions;
import org.endossl.eval.metrics.ToolPredictions;

/**
 * What a report shows. Empty lists leave their sections out.
 *
 * @param title of the page
 * @param lead one or two sentences under it
 * @param data the frames and how they are split
 * @param curves of pre-training
 * @param probing curves of the first evaluation's own training
 * @param others results that are not of phases of the same videos
 * @param evaluations on the same videos; the first is the one that the details are about
 * @param scores others, as they are
 * @param insight frames, and what a network makes of them
 * @param config as YAML; may be empty
 * @param environment versions, machine, times
 */
record ReportData(
    String title,
    String lead,
    List<Fact> data,
    List<Curve> curves,
    List<Curve> probing,
    Others others,
    List<Evaluation> evaluations,
    List<Fact> scores,
    Insight insight,
    String config,
    List<Fact> environment) {
  ReportData {
    data = List.copyOf(data);
    curves = List.copyOf(curves);
    probing = List.copyOf(probing);
    evaluations = List.copyOf(evaluations);
    scores = List.copyOf(scores);
    environment = List.copyOf(environment);
  }

  /**
   * Results that are not of phases of the same videos.
   *
   * @param tools probabilities of instruments
   * @param images {@code image-scores.json} of folders of images
   * @param lowshots {@code lowshot.json}
   */
  record Others(List<Tools> tools, List<Scored> images, List<Scored> lowshots) {
    static final Others NONE = new Others(List.of(), List.of(), List.of());

    Others {
      tools = List.copyOf(tools);
      images = List.copyOf(images);
      lowshots = List.copyOf(lowshots);
    }
  }

  /**
   * A file of scores.
   *
   * @param name of the network
   * @param json the file
   */
  record Scored(String name, JsonObject json) {}

  /**
   * Probabilities of instruments on the test videos.
   *
   * @param name of the network
   * @param predictions the frames
   */
  record Tools(String name, ToolPredictions predictions) {}

  /** A line of a table of two columns. */
  record Fact(String name, String value) {}

  /**
   * A chart, mostly over training steps.
   *
   * @param title of the chart
   * @param unit of its values, for the axis
   * @param logarithmic whether the values' axis is
   * @param series its lines
   * @param axis what {@link Series#steps} are
   * @param percents whether both axes go from 0 to 100
   */
  record Curve(
      String title,
      String unit,
      boolean logarithmic,
      List<Series> series,
      String axis,
      boolean percents) {
    /** A chart with axes as its values need them. */
    Curve(String title, String unit, boolean logarithmic, List<Series> series, String axis) {
      this(title, unit, logarithmic, series, axis, false);
    }

    /** A chart over training steps. */
    Curve(String title, String unit, boolean logarithmic, List<Series> series) {
      this(title, unit, logarithmic, series, "step", false);
    }

    Curve {
      series = List.copyOf(series);
    }
  }

  /**
   * A line of a chart.
   *
   * @param name in the legend
   * @param steps from 0, rising
   * @param values as many
   * @param deviations as many, up and down from the values; or none
   */
  record Series(String name, List<Double> steps, List<Double> values, List<Double> deviations) {
    Series(String name, List<Double> steps, List<Double> values) {
      this(name, steps, values, List.of());
    }

    Series {
      steps = List.copyOf(steps);
      values = List.copyOf(values);
      deviations = List.copyOf(deviations);
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
  record Evaluation(String name, String note, Predictions predictions) {}
}
