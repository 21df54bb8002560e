package org.endossl.eval.metrics;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Scores as JSON: an object per convention, what they were computed from, and how sure they are.
 */
final class MetricsJson {
  private static final Gson GSON =
      new GsonBuilder().setPrettyPrinting().serializeNulls().disableHtmlEscaping().create();

  private MetricsJson() {}

  static String text(JsonObject json) {
    return GSON.toJson(json) + "\n";
  }

  static JsonObject of(MetricsResult result) {
    JsonObject json = new JsonObject();
    json.add("endossl", numbers(result.endossl().values()));
    json.add("endossl_frame", numbers(result.endosslFrame().values()));
    json.add("tmrnet", tmrnet(result));
    json.add("segmental", segmental(result));
    JsonObject frame = phases(result.framePhases());
    frame.add("confusion", matrix(result.pooled()));
    json.add("frame", frame);
    JsonObject video = phases(result.videoPhases());
    JsonObject matrices = new JsonObject();
    result.confusions().forEach((name, m) -> matrices.add(name, matrix(m)));
    video.add("confusion", matrices);
    json.add("video", video);
    json.add("calibration", calibration(result.calibration()));
    json.add("intervals", intervals(result));
    json.add("per_video", perVideo(result));
    json.add("data", data(result));
    return json;
  }

  private static JsonObject tmrnet(MetricsResult result) {
    JsonObject json = new JsonObject();
    int window = result.options().window();
    json.addProperty(
        "convention",
        "M2CAI/TMRNet: per phase the mean over the videos that have it, deviations over phases"
            + " (accuracy: over videos) with n - 1");
    json.add("fps", window == 0 ? JsonNull.INSTANCE : number(result.options().fps()));
    json.add("window_frames", window == 0 ? JsonNull.INSTANCE : new JsonPrimitive(window));
    json.add("phases", strings(Relaxed.order(result.order()).names()));
    for (Relaxed.Variant variant : Relaxed.Variant.values()) {
      boolean there = window > 0 || variant == Relaxed.Variant.STRICT;
      json.add(
          variant.name().toLowerCase(Locale.ROOT),
          there ? tmrnet(result.relaxed(variant)) : JsonNull.INSTANCE);
    }
    return json;
  }

  private static JsonObject tmrnet(List<Relaxed> videos) {
    JsonObject json = new JsonObject();
    Relaxed.Summary summary = Relaxed.Summary.of(videos);
    json.add("accuracy", number(summary.accuracy()));
    json.add("accuracy_std", number(summary.accuracyDeviation()));
    json.add("jaccard", number(summary.jaccard()));
    json.add("jaccard_std", number(summary.jaccardDeviation()));
    json.add("precision", number(summary.precision()));
    json.add("precision_std", number(summary.precisionDeviation()));
    json.add("recall", number(summary.recall()));
    json.add("recall_std", number(summary.recallDeviation()));
    for (Relaxed.Part part : Relaxed.Part.values()) {
      String name = part.name().toLowerCase(Locale.ROOT);
      double[][] both = Relaxed.phases(videos, part);
      json.add(name + "_per_phase", array(both[0]));
      json.add(name + "_per_phase_std", array(both[1]));
    }
    return json;
  }

  private static JsonObject segmental(MetricsResult result) {
    JsonObject json = new JsonObject();
    json.addProperty(
        "convention", "MS-TCN: edit is the mean over videos, F1 counts all videos' segments");
    for (Score score : result.scores()) {
      if (score.convention().equals("segmental")) {
        json.add(score.name(), number(score.value()));
      }
    }
    return json;
  }

  private static JsonElement calibration(@Nullable Calibration c) {
    if (c == null) {
      return JsonNull.INSTANCE;
    }
    JsonObject json = new JsonObject();
    json.add("expected_error", number(c.error()));
    json.add("largest_error", number(c.largest()));
    JsonArray bins = new JsonArray();
    for (Calibration.Bin bin : c.bins()) {
      JsonObject one = new JsonObject();
      one.add("up_to", number(bin.upTo()));
      one.addProperty("frames", bin.frames());
      one.add("confidence", number(bin.confidence()));
      one.add("accuracy", number(bin.accuracy()));
      bins.add(one);
    }
    json.add("bins", bins);
    return json;
  }

  private static JsonObject intervals(MetricsResult result) {
    Bootstrap bootstrap = result.options().bootstrap();
    JsonObject json = new JsonObject();
    json.addProperty("method", "percentile bootstrap over videos");
    json.addProperty("replicates", bootstrap.replicates());
    json.addProperty("level", bootstrap.level());
    json.addProperty("seed", bootstrap.seed());
    JsonObject scores = new JsonObject();
    for (Score score : result.scores()) {
      Bootstrap.Interval interval = result.interval(score);
      JsonObject one = new JsonObject();
      one.add("value", number(score.value()));
      one.add("low", number(interval.low()));
      one.add("high", number(interval.high()));
      one.addProperty("replicates", interval.replicates());
      scores.add(score.key(), one);
    }
    json.add("scores", scores);
    return json;
  }

  private static JsonObject perVideo(MetricsResult result) {
    JsonObject json = new JsonObject();
    for (int i = 0; i < result.tracks().size(); i++) {
      JsonObject one = new JsonObject();
      for (Score score : result.scores()) {
        if (score.perVideo().length > 0) {
          one.add(score.key(), number(score.perVideo()[i]));
        }
      }
      json.add(result.tracks().get(i).name(), one);
    }
    return json;
  }

  private static JsonObject data(MetricsResult result) {
    JsonObject data = new JsonObject();
    data.addProperty("phase_order", result.order().key());
    data.add("phases", strings(result.order().names()));
    data.add("videos", strings(List.copyOf(result.confusions().keySet())));
    data.addProperty("frames", result.pooled().total());
    data.add("videos_without_regular_frame_numbers", strings(result.irregular()));
    return data;
  }

  static JsonObject numbers(Map<String, Double> values) {
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

  static JsonArray strings(List<String> values) {
    JsonArray array = new JsonArray();
    values.forEach(array::add);
    return array;
  }

  private static JsonArray array(double[] values) {
    JsonArray array = new JsonArray();
    for (double value : values) {
      array.add(number(value));
    }
    return array;
  }

  /** JSON has no NaN. */
  static JsonElement number(double value) {
    return Double.isFinite(value) ? new JsonPrimitive(value) : JsonNull.INSTANCE;
  }
}
