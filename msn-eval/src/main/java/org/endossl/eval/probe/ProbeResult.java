package org.endossl.eval.probe;

import com.google.gson.FieldNamingPolicy;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.endossl.data.Split;
import org.endossl.eval.AtomicFiles;
import org.endossl.eval.features.FeatureInfo;
import org.endossl.eval.metrics.MetricsResult;
import org.endossl.eval.metrics.Predictions;
import org.jspecify.annotations.Nullable;

/**
 * What a probe found.
 *
 * @param name of the features, for tables
 * @param protocol the probe's source in words
 * @param features what the features were made from
 * @param videos the split
 * @param epochs the curves; empty for probes that are not trained
 * @param bestEpoch the epoch whose layer was kept, from 0; -1 for probes that are not trained
 * @param validation scores on the validation videos; null if there are none
 * @param test scores on the test videos; null if there are none
 * @param seconds that training and scoring took
 * @param sweep the rates tried, if more than one
 */
public record ProbeResult(
    String name,
    String protocol,
    FeatureInfo features,
    Split videos,
    List<Epoch> epochs,
    int bestEpoch,
    @Nullable Scored validation,
    @Nullable Scored test,
    double seconds,
    List<Trial> sweep) {
  private static final Gson GSON =
      new GsonBuilder()
          .setPrettyPrinting()
          .setFieldNamingPolicy(FieldNamingPolicy.LOWER_CASE_WITH_UNDERSCORES)
          .serializeNulls()
          .disableHtmlEscaping()
          .create();

  public ProbeResult {
    epochs = List.copyOf(epochs);
    sweep = List.copyOf(sweep);
  }

  /** A probe without a sweep. */
  public ProbeResult(
      String name,
      String protocol,
      FeatureInfo features,
      Split videos,
      List<Epoch> epochs,
      int bestEpoch,
      @Nullable Scored validation,
      @Nullable Scored test,
      double seconds) {
    this(name, protocol, features, videos, epochs, bestEpoch, validation, test, seconds, List.of());
  }

  /** The same with the rates tried. */
  ProbeResult withSweep(List<Trial> tried) {
    return new ProbeResult(
        name, protocol, features, videos, epochs, bestEpoch, validation, test, seconds, tried);
  }

  /**
   * A setting of a sweep.
   *
   * @param learningRate at the start
   * @param weightDecay of the optimizer
   * @param validation the score that chooses, on the validation videos
   */
  public record Trial(double learningRate, double weightDecay, double validation) {}

  /**
   * One epoch. Validation scores are NaN without validation videos.
   *
   * @param epoch from 0
   * @param learningRate of the epoch
   * @param loss mean over the epoch's batches, each before its step
   * @param acc share of right training frames, likewise
   * @param valLoss mean cross-entropy after the epoch
   * @param valAcc share of right frames after the epoch
   * @param valMacroF1 mean of the seven phases' F1 over all frames; 0 for a phase that does not
   *     occur, as TensorFlow Addons counts
   */
  public record Epoch(
      int epoch,
      double learningRate,
      double loss,
      double acc,
      double valLoss,
      double valAcc,
      double valMacroF1) {
    /** The training's values for {@link org.endossl.eval.EpochBoard}. */
    Map<String, Double> training() {
      return Map.of("loss", loss, "acc", acc, "learning_rate", learningRate);
    }

    /** The validation's. */
    Map<String, Double> validation() {
      return Map.of("loss", valLoss, "acc", valAcc, "macro_f1", valMacroF1);
    }
  }

  /**
   * Predictions and their scores.
   *
   * @param predictions sorted by video and frame
   * @param metrics under every convention
   */
  public record Scored(Predictions predictions, MetricsResult metrics) {
    /** Scores predictions. */
    public static Scored of(Predictions predictions) {
      return new Scored(predictions, MetricsResult.of(predictions));
    }
  }

  /** Everything but the predictions. */
  public JsonObject toJson() {
    JsonObject json = new JsonObject();
    json.addProperty("name", name);
    json.addProperty("protocol", protocol);
    json.add("features", GSON.toJsonTree(features));
    json.add("split", GSON.toJsonTree(videos));
    json.addProperty("best_epoch", bestEpoch);
    json.add("epochs", epochsJson());
    json.add("sweep", GSON.toJsonTree(sweep));
    if (validation != null) {
      json.add("validation", validation.metrics().toJson());
    }
    if (test != null) {
      json.add("test", test.metrics().toJson());
    }
    return json;
  }

  private JsonArray epochsJson() {
    JsonArray rows = new JsonArray();
    for (Epoch epoch : epochs) {
      JsonObject row = new JsonObject();
      row.addProperty("epoch", epoch.epoch());
      add(row, "learning_rate", epoch.learningRate());
      add(row, "loss", epoch.loss());
      add(row, "acc", epoch.acc());
      add(row, "val_loss", epoch.valLoss());
      add(row, "val_acc", epoch.valAcc());
      add(row, "val_macro_f1", epoch.valMacroF1());
      rows.add(row);
    }
    return rows;
  }

  private static void add(JsonObject row, String key, double value) {
    row.addProperty(key, Double.isFinite(value) ? (Number) value : null);
  }

  /**
   * Writes {@code predictions-validation.csv} and {@code predictions-test.csv}, where there are
   * such videos, and {@code scores.json}.
   */
  public void write(Path directory) throws IOException {
    Files.createDirectories(directory);
    if (validation != null) {
      validation.predictions().write(directory.resolve("predictions-validation.csv"));
    }
    if (test != null) {
      test.predictions().write(directory.resolve("predictions-test.csv"));
    }
    AtomicFiles.writeText(directory.resolve("scores.json"), GSON.toJson(toJson()) + "\n");
  }
}
