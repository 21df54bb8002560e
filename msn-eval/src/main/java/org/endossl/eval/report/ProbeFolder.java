package org.endossl.eval.report;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.endossl.eval.metrics.Predictions;
import org.endossl.tfrecords.DataException;
import org.endossl.tfrecords.PhaseOrder;

/**
 * The folder of a probe or a fine-tuning: {@code scores.json}, {@code predictions-test.csv}, and
 * {@code run.json} where it was written.
 *
 * @param folder it
 * @param scores its scores and what they are of
 * @param record what it was made with; empty for folders of before there was such a file
 * @param predictions on the test videos
 */
record ProbeFolder(Path folder, JsonObject scores, JsonObject record, Predictions predictions) {
  static final String SCORES = "scores.json";
  static final String PREDICTIONS = "predictions-test.csv";
  static final String RECORD = "run.json";

  static ProbeFolder read(Path folder) throws IOException {
    Predictions predictions = Predictions.read(folder.resolve(PREDICTIONS), null);
    if (!PhaseOrder.OF_RECORDS.contains(predictions.order())) {
      throw new DataException(
          folder.resolve(PREDICTIONS)
              + ": has the eight phases of "
              + predictions.order().key()
              + ", a report shows Cholec80's seven; endossl metrics gives their scores");
    }
    return new ProbeFolder(
        folder,
        JsonFiles.read(folder.resolve(SCORES)),
        JsonFiles.read(folder.resolve(RECORD)),
        predictions);
  }

  private JsonObject features() {
    return JsonFiles.object(scores, "features");
  }

  /** Learned weights come first, then random ones, then colours. */
  int rank() {
    String weights = JsonFiles.string(features(), "weights");
    return weights.startsWith("mean-colour") ? 2 : weights.startsWith("random") ? 1 : 0;
  }

  ReportData.Evaluation evaluation() {
    String width = JsonFiles.string(features(), "width");
    return new ReportData.Evaluation(
        JsonFiles.string(scores, "name"),
        isTuning() ? "fine-tuned" : width.isEmpty() ? "" : width + " values per frame",
        predictions);
  }

  private boolean isTuning() {
    return scores.has("task");
  }

  /** The encoder that was scored: the tuned one where it was kept. */
  String weights() {
    for (String name : List.of("encoder", "encoder.h5")) {
      if (isTuning() && Files.exists(folder.resolve(name))) {
        return folder.resolve(name).toString();
      }
    }
    String weights = JsonFiles.string(features(), "weights");
    return weights.isEmpty() ? JsonFiles.string(scores, "name") : weights;
  }

  /** {@link #weights} in words, where they are not those that were scored; else empty. */
  String weightsNote() {
    return isTuning() && !weights().startsWith(folder.toString())
        ? "those that fine-tuning began with (the tuned ones were not kept), " + weights()
        : "";
  }

  /** Where its frames were; empty if it does not say. */
  List<String> records() {
    JsonObject config = JsonFiles.object(record, "config");
    return JsonFiles.strings(JsonFiles.object(config, "data"), "records");
  }

  /**
   * What it was made from.
   *
   * @param alone whether no pre-training run beside it says where its frames are from
   */
  void describe(List<ReportData.Fact> facts, boolean alone) {
    if (alone) {
      add(facts, "records", String.join(", ", records()));
      JsonObject split = JsonFiles.object(scores, "split");
      for (String part : List.of("train", "validation", "test")) {
        add(facts, part, String.join(", ", JsonFiles.strings(split, part)));
      }
    }
    add(facts, "protocol", JsonFiles.string(scores, "protocol"));
    add(facts, "phase order on disk", JsonFiles.string(features(), "phase_order"));
    add(
        facts,
        "tested on",
        predictions.size()
            + " frames of "
            + String.join(
                ", ", predictions.videos().stream().map(Predictions.Video::name).toList()));
    JsonObject preprocessing = JsonFiles.object(features(), "preprocessing");
    add(facts, "image size", JsonFiles.string(preprocessing, "size"));
  }

  /** Versions and hashes, as far as they were written. */
  void environment(List<ReportData.Fact> facts) {
    JsonObject rest = record.deepCopy();
    rest.remove("config"); // its records and split are among the data
    if (rest.size() > 0) {
      JsonFiles.flatten("", rest, facts);
      return;
    }
    add(facts, "weights", JsonFiles.string(features(), "weights"));
    add(facts, "weights hash", JsonFiles.string(features(), "weights_hash"));
    add(facts, "encoder", JsonFiles.string(features(), "encoder"));
    add(facts, "data hash", JsonFiles.string(features(), "data_hash"));
    add(facts, "versions", String.join(", ", JsonFiles.strings(features(), "versions")));
  }

  private static void add(List<ReportData.Fact> facts, String name, String value) {
    if (!value.isEmpty()) {
      facts.add(new ReportData.Fact(name, value));
    }
  }

  /** Its own training, as far as it was logged. */
  List<ReportData.Curve> curves() {
    List<ReportData.Curve> curves = new ArrayList<>();
    curve(curves, "Loss", "nats", List.of("loss", "val_loss"), List.of("training", "validation"));
    curve(
        curves,
        "Validation videos: right frames and macro F1",
        "share",
        List.of("val_acc", "val_macro_f1"),
        List.of("right frames", "macro F1"));
    return curves;
  }

  private void curve(
      List<ReportData.Curve> curves,
      String title,
      String unit,
      List<String> keys,
      List<String> names) {
    List<ReportData.Series> series = new ArrayList<>();
    for (int k = 0; k < keys.size(); k++) {
      List<Double> epochs = new ArrayList<>();
      List<Double> values = new ArrayList<>();
      for (JsonElement element : epochs()) {
        JsonObject epoch = element.getAsJsonObject();
        String value = JsonFiles.string(epoch, keys.get(k));
        if (!value.isEmpty() && Double.isFinite(Double.parseDouble(value))) {
          epochs.add(epoch.get("epoch").getAsDouble() + 1);
          values.add(Double.parseDouble(value));
        }
      }
      if (epochs.size() > 1 && (series.isEmpty() || epochs.equals(series.get(0).steps()))) {
        series.add(new ReportData.Series(names.get(k), epochs, values));
      }
    }
    if (!series.isEmpty()) {
      curves.add(new ReportData.Curve(title, unit, false, series, "epoch"));
    }
  }

  private List<JsonElement> epochs() {
    return scores.has("epochs") && scores.get("epochs").isJsonArray()
        ? scores.getAsJsonArray("epochs").asList()
        : List.of();
  }
}
