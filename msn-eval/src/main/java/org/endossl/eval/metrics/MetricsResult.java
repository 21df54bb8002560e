package org.endossl.eval.metrics;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.endossl.tfrecords.PhaseOrder;

/**
 * Scores of one set of predictions under every convention.
 *
 * @param order the order of the phases in matrices and lists
 * @param confusions one matrix per video
 */
public record MetricsResult(PhaseOrder order, SortedMap<String, Confusion> confusions) {
  private static final Gson GSON =
      new GsonBuilder().setPrettyPrinting().serializeNulls().disableHtmlEscaping().create();

  public MetricsResult {
    confusions = Collections.unmodifiableSortedMap(new TreeMap<>(confusions));
  }

  /** Scores predictions in memory. */
  public static MetricsResult of(Predictions predictions) {
    return new MetricsResult(predictions.order(), predictions.confusions());
  }

  /** endossl's video scores. */
  public EndosslMetrics endossl() {
    return EndosslMetrics.of(confusions);
  }

  /** endossl's frame scores. */
  public EndosslMetrics.Frame endosslFrame() {
    return EndosslMetrics.Frame.of(confusions);
  }

  /** Scores per phase, frames pooled. */
  public List<PhaseScores.Phase> framePhases() {
    return PhaseScores.ofFrames(order.names(), confusions);
  }

  /** Scores per phase, means over videos. */
  public List<PhaseScores.Phase> videoPhases() {
    return PhaseScores.ofVideos(order.names(), confusions);
  }

  /** All videos' frames in one matrix. */
  public Confusion pooled() {
    return EndosslMetrics.pool(confusions);
  }

  /** One object per convention, and what they were computed from. */
  public JsonObject toJson() {
    JsonObject json = new JsonObject();
    json.add("endossl", numbers(endossl().values()));
    json.add("endossl_frame", numbers(endosslFrame().values()));
    JsonObject frame = phases(framePhases());
    frame.add("confusion", matrix(pooled()));
    json.add("frame", frame);
    JsonObject video = phases(videoPhases());
    JsonObject matrices = new JsonObject();
    confusions.forEach((name, m) -> matrices.add(name, matrix(m)));
    video.add("confusion", matrices);
    json.add("video", video);
    JsonObject data = new JsonObject();
    data.addProperty("phase_order", order.key());
    data.add("phases", strings(order.names()));
    data.add("videos", strings(List.copyOf(confusions.keySet())));
    data.addProperty("frames", pooled().total());
    json.add("data", data);
    return json;
  }

  /** {@link #toJson} as text. */
  public String toJsonText() {
    return GSON.toJson(toJson()) + "\n";
  }

  private static JsonObject numbers(Map<String, Double> values) {
    JsonObject json = new JsonObject();
    values.forEach((name, value) -> json.add(name, number(value)));
    return json;
  }

  private static JsonObject phases(List<PhaseScores.Phase> phases) {
    JsonObject json = new JsonObject();
    for (PhaseScores.Phase phase : phases) {
      JsonObject scores = new JsonObject();
      scores.add("precision", number(phase.precision()));
      scores.add("recall", number(phase.recall()));
      scores.add("f1", number(phase.f1()));
      scores.add("jaccard", number(phase.jaccard()));
      scores.addProperty("support", phase.support());
      json.add(phase.name(), scores);
    }
    JsonObject outer = new JsonObject();
    outer.add("phases", json);
    return outer;
  }

  private static JsonArray matrix(Confusion m) {
    JsonArray rows = new JsonArray();
    for (long[] counts : m.toArray()) {
      JsonArray row = new JsonArray();
      for (long count : counts) {
        row.add(count);
      }
      rows.add(row);
    }
    return rows;
  }

  private static JsonArray strings(List<String> values) {
    JsonArray array = new JsonArray();
    values.forEach(array::add);
    return array;
  }

  /** JSON has no NaN. */
  private static JsonElement number(double value) {
    return Double.isFinite(value) ? new JsonPrimitive(value) : JsonNull.INSTANCE;
  }
}
