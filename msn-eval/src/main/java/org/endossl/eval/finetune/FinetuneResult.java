package org.endossl.eval.finetune;

import com.google.gson.FieldNamingPolicy;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.endossl.data.Split;
import org.endossl.eval.AtomicFiles;
import org.endossl.eval.metrics.MetricsResult;
import org.endossl.eval.metrics.Predictions;
import org.endossl.eval.metrics.ToolMetrics;
import org.jspecify.annotations.Nullable;

/**
 * What a fine-tuning gave.
 *
 * @param name of the weights it began with
 * @param config of it
 * @param videos the split
 * @param epochs the curves
 * @param bestEpoch the epoch whose weights were scored, from 0
 * @param validation scores on the validation videos; null if there are none
 * @param test scores on the test videos; null if there are none
 */
public record FinetuneResult(
    String name,
    FinetuneConfig config,
    Split videos,
    List<Epoch> epochs,
    int bestEpoch,
    @Nullable Scores validation,
    @Nullable Scores test) {
  public FinetuneResult {
    epochs = List.copyOf(epochs);
  }

  /**
   * One epoch. Validation scores are NaN where there is nothing to score.
   *
   * @param epoch from 0
   * @param learningRate of the epoch
   * @param loss mean over the epoch's frames, each before its step
   * @param valLoss mean loss after the epoch
   * @param valAcc share of right frames; NaN for tools
   * @param valMacroF1 mean of the phases' F1 as TensorFlow Addons has it; NaN for tools
   */
  public record Epoch(
      int epoch,
      double learningRate,
      double loss,
      double valLoss,
      double valAcc,
      double valMacroF1) {}

  /**
   * Scores of one part: of phases, or of tools.
   *
   * @param predictions of phases; null for tools
   * @param tools average precisions; null for phases
   * @param precision of tools, endossl's Keras metric; NaN for phases
   * @param prAuc likewise
   */
  public record Scores(
      @Nullable Predictions predictions,
      @Nullable ToolMetrics tools,
      double precision,
      double prAuc) {
    JsonObject toJson() {
      if (predictions != null) {
        return MetricsResult.of(predictions).toJson();
      }
      JsonObject json = new JsonObject();
      if (tools != null) {
        json.addProperty("map", tools.map());
        json.add("average_precision", new GsonBuilder().create().toJsonTree(tools.perClass()));
        json.addProperty("precision", precision);
        json.addProperty("pr_auc", prAuc);
      }
      return json;
    }
  }

  /** Everything but the predictions. */
  public JsonObject toJson() {
    var gson =
        new GsonBuilder()
            .setFieldNamingPolicy(FieldNamingPolicy.LOWER_CASE_WITH_UNDERSCORES)
            .serializeSpecialFloatingPointValues()
            .create();
    JsonObject json = new JsonObject();
    json.addProperty("name", name);
    json.addProperty("protocol", config.source());
    json.addProperty("task", config.task().name().toLowerCase(java.util.Locale.ROOT));
    json.add("split", gson.toJsonTree(videos));
    json.addProperty("best_epoch", bestEpoch);
    json.add("epochs", gson.toJsonTree(epochs));
    if (validation != null) {
      json.add("validation", validation.toJson());
    }
    if (test != null) {
      json.add("test", test.toJson());
    }
    return json;
  }

  /** Writes {@code scores.json}, and for phases {@code predictions-PART.csv}. */
  public void write(Path directory) throws IOException {
    write(validation, directory.resolve("predictions-validation.csv"));
    write(test, directory.resolve("predictions-test.csv"));
    AtomicFiles.writeText(
        directory.resolve("scores.json"),
        new GsonBuilder()
                .setPrettyPrinting()
                .serializeSpecialFloatingPointValues()
                .create()
                .toJson(toJson())
            + "\n");
  }

  private static void write(@Nullable Scores scores, Path file) throws IOException {
    Predictions predictions = scores == null ? null : scores.predictions();
    if (predictions != null) {
      predictions.write(file);
    }
  }
}
