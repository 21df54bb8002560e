package org.endossl.eval.finetune;

import com.google.gson.FieldNamingPolicy;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.endossl.data.Split;
import org.endossl.eval.AtomicFiles;
import org.endossl.eval.features.FeatureInfo;
import org.endossl.eval.metrics.MetricsResult;
import org.endossl.eval.probe.ProbeResult;
import org.endossl.eval.probe.ToolProbe;
import org.endossl.tfrecords.Instruments;
import org.jspecify.annotations.Nullable;

/**
 * What a fine-tuning gave.
 *
 * @param name of the weights it began with
 * @param config of it
 * @param features of the encoder that it began with, and of the frames
 * @param videos the split
 * @param epochs the curves
 * @param bestEpoch the epoch whose weights were scored, from 0
 * @param validation scores on the validation videos; null if there are none
 * @param test scores on the test videos; null if there are none
 * @param encoder the tuned encoder, as {@code --weights} takes it; null if it was not written
 */
public record FinetuneResult(
    String name,
    FinetuneConfig config,
    FeatureInfo features,
    Split videos,
    List<Epoch> epochs,
    int bestEpoch,
    @Nullable Scores validation,
    @Nullable Scores test,
    @Nullable Path encoder) {
  private static final Gson GSON =
      new GsonBuilder()
          .setPrettyPrinting()
          .serializeNulls()
          .disableHtmlEscaping()
          .setFieldNamingPolicy(FieldNamingPolicy.LOWER_CASE_WITH_UNDERSCORES)
          .create();

  public FinetuneResult {
    epochs = List.copyOf(epochs);
  }

  FinetuneResult withEncoder(Path path) {
    return new FinetuneResult(
        name, config, features, videos, epochs, bestEpoch, validation, test, path);
  }

  /**
   * One epoch. Validation scores are NaN where there is nothing to score.
   *
   * @param epoch from 0
   * @param learningRate of the epoch
   * @param loss mean over the epoch's steps, each before its update
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
      double valMacroF1) {
    /** The training's values for {@link org.endossl.eval.EpochBoard}. */
    Map<String, Double> training() {
      return Map.of("loss", loss, "learning_rate", learningRate);
    }

    /** The validation's. */
    Map<String, Double> validation() {
      return Map.of("loss", valLoss, "acc", valAcc, "macro_f1", valMacroF1);
    }

    private JsonObject toJson() {
      JsonObject row = new JsonObject();
      row.addProperty("epoch", epoch);
      add(row, "learning_rate", learningRate);
      add(row, "loss", loss);
      add(row, "val_loss", valLoss);
      add(row, "val_acc", valAcc);
      add(row, "val_macro_f1", valMacroF1);
      return row;
    }

    private static void add(JsonObject row, String key, double value) {
      row.addProperty(key, Double.isFinite(value) ? (Number) value : null);
    }
  }

  /**
   * Scores of one part, of phases or of tools.
   *
   * @param phases null for tools
   * @param tools null for phases
   */
  public record Scores(ProbeResult.@Nullable Scored phases, ToolProbe.@Nullable Scored tools) {
    /** Scores of phases. */
    static Scores of(ProbeResult.Scored phases) {
      return new Scores(phases, null);
    }

    /** Scores of tools. */
    static Scores of(ToolProbe.Scored tools) {
      return new Scores(null, tools);
    }

    private JsonObject toJson() {
      if (phases != null) {
        return phases.metrics().toJson();
      } else if (tools != null) {
        return tools.scores().toJson(Instruments.NAMES);
      }
      throw new IllegalStateException("neither phases nor tools");
    }

    /** Every score under every convention of phases; null for tools. */
    public @Nullable MetricsResult metrics() {
      return phases == null ? null : phases.metrics();
    }

    private void write(Path directory, String part) throws IOException {
      if (phases != null) {
        phases.predictions().write(directory.resolve("predictions-" + part + ".csv"));
      }
      if (tools != null) {
        tools.write(directory.resolve("tool-probabilities-" + part + ".csv"));
      }
    }
  }

  /** Everything but the predictions. */
  public JsonObject toJson() {
    JsonObject json = new JsonObject();
    json.addProperty("name", name);
    json.addProperty("protocol", config.source());
    json.addProperty("task", config.task().name().toLowerCase(Locale.ROOT));
    json.add("features", GSON.toJsonTree(features));
    json.add("split", GSON.toJsonTree(videos));
    json.addProperty("encoder", encoder == null ? null : encoder.toString());
    json.addProperty("best_epoch", bestEpoch);
    JsonArray rows = new JsonArray();
    epochs.forEach(epoch -> rows.add(epoch.toJson()));
    json.add("epochs", rows);
    if (validation != null) {
      json.add("validation", validation.toJson());
    }
    if (test != null) {
      json.add("test", test.toJson());
    }
    return json;
  }

  /** Writes the predictions of each part, or the tools' probabilities, and {@code scores.json}. */
  void write(Path directory) throws IOException {
    if (validation != null) {
      validation.write(directory, "validation");
    }
    if (test != null) {
      test.write(directory, "test");
    }
    AtomicFiles.writeText(directory.resolve("scores.json"), GSON.toJson(toJson()) + "\n");
  }
}
