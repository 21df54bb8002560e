package org.endossl.eval.parity;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.endossl.eval.metrics.KerasMetrics;
import org.endossl.eval.probe.OptimizerReplay;

/** endossl's optimizers, metrics and callbacks, as its {@code train_lib.py} makes them. */
final class OptimizersCheck implements GoldenCheck {
  private static final double LOSS_BAR = 1e-6; // of 1, or of the loss where that is larger
  private static final double WEIGHT_BAR = 2e-6; // of 1 (seven decimals), or of the largest weight
  private static final double RATE_BAR = 1e-9;
  private static final double METRIC_BAR = 1e-6;
  private static final String NUMBER = "([0-9.]+(?:e-?[0-9]+)?)";
  private static final Gson GSON = new Gson();

  @Override
  public void run(Path golden, Findings findings) throws IOException {
    JsonObject json = GoldenJson.object(golden);
    for (Map.Entry<String, JsonElement> entry : json.getAsJsonObject("results").entrySet()) {
      String name = entry.getKey();
      if (name.startsWith("multi_class/") || name.startsWith("multi_label/")) {
        optimizer(json, name, entry.getValue().getAsJsonObject(), findings);
      } else {
        metric(json, name, entry.getValue(), findings);
      }
    }
    if (json.has("callbacks")) {
      JsonObject callbacks = json.getAsJsonObject("callbacks");
      plateau(callbacks.getAsJsonArray("reduce_lr_plateau"), findings);
      stopping(callbacks.getAsJsonArray("early_stopping"), findings);
    }
  }

  /** A metric of the initial weights. */
  private static void metric(JsonObject json, String name, JsonElement wanted, Findings findings) {
    float[][] logits = logits(json);
    double got =
        switch (name) {
          case "metric/micro_f1" -> KerasMetrics.microF1(classes(json), logits);
          case "metric/macro_f1" -> KerasMetrics.macroF1(classes(json), logits);
          case "metric/sparse_categorical_accuracy" ->
              KerasMetrics.sparseCategoricalAccuracy(classes(json), logits);
          case "metric_multilabel/precision" -> KerasMetrics.precision(flags(json), logits);
          case "metric_multilabel/pr_auc" -> KerasMetrics.prAuc(flags(json), logits);
          default -> Double.NaN;
        };
    if (Double.isNaN(got) || !wanted.isJsonPrimitive()) {
      findings.unsupported(name);
    } else {
      findings.compare(name, Math.abs(got - wanted.getAsDouble()), METRIC_BAR, "absolute");
    }
  }

  private static float[][] logits(JsonObject json) {
    float[][] x = GSON.fromJson(json.get("x"), float[][].class);
    float[][] weight = GSON.fromJson(json.get("weight"), float[][].class);
    float[] bias = GSON.fromJson(json.get("bias"), float[].class);
    float[][] logits = new float[x.length][bias.length];
    for (int i = 0; i < x.length; i++) {
      for (int c = 0; c < bias.length; c++) {
        float sum = 0;
        for (int k = 0; k < weight.length; k++) {
          sum += x[i][k] * weight[k][c];
        }
        logits[i][c] = sum + bias[c];
      }
    }
    return logits;
  }

  private static int[] classes(JsonObject json) {
    return GSON.fromJson(json.get("y"), int[].class);
  }

  private static boolean[][] flags(JsonObject json) {
    return GoldenJson.flags(json.getAsJsonArray("y_multilabel"));
  }

  private static void optimizer(JsonObject json, String name, JsonObject wanted, Findings findings)
      throws IOException {
    boolean labels = name.startsWith("multi_label/");
    double[] losses = GoldenJson.vector(wanted.getAsJsonArray("epoch_loss"));
    OptimizerReplay.Trained got =
        OptimizerReplay.train(
            new OptimizerReplay.Task(
                name.substring(name.indexOf('/') + 1),
                labels,
                GSON.fromJson(json.get("x"), float[][].class),
                labels ? sets(json) : classes(json),
                GSON.fromJson(json.get("weight"), float[][].class),
                GSON.fromJson(json.get("bias"), float[].class),
                (int) stated(json, "batches of " + NUMBER, 16),
                losses.length),
            stated(json, "learning rate " + NUMBER, 0.01),
            stated(json, "momentum " + NUMBER, 0.9),
            stated(json, "weight decay " + NUMBER, 0.001));
    double scale = Math.max(1, Arrays.stream(losses).max().orElse(1));
    findings.compare(
        name + " epoch losses", largest(losses, got.losses()), LOSS_BAR * scale, "absolute");
    double[][] weight = GoldenJson.matrix(wanted.getAsJsonArray("weight"));
    double difference = largest(GoldenJson.vector(wanted.getAsJsonArray("bias")), got.bias());
    for (int k = 0; k < weight.length; k++) {
      difference = Math.max(difference, largest(weight[k], got.weight()[k]));
    }
    double most = 1;
    for (double[] row : weight) {
      for (double w : row) {
        most = Math.max(most, Math.abs(w));
      }
    }
    findings.compare(
        name + " weights", difference / most, WEIGHT_BAR, "of 1 or the largest weight");
  }

  /** A setting as the file's note says it, or what endossl's is. */
  private static double stated(JsonObject json, String pattern, double absent) {
    String note = json.has("note") ? json.get("note").getAsString() : "";
    Matcher matcher = Pattern.compile(pattern).matcher(note);
    return matcher.find() ? Double.parseDouble(matcher.group(1)) : absent;
  }

  /** Bit c of a row's set says that class c is there. */
  private static int[] sets(JsonObject json) {
    boolean[][] flags = flags(json);
    int[] sets = new int[flags.length];
    for (int i = 0; i < flags.length; i++) {
      for (int c = 0; c < flags[i].length; c++) {
        sets[i] |= (flags[i][c] ? 1 : 0) << c;
      }
    }
    return sets;
  }

  private static void plateau(JsonArray steps, Findings findings) {
    double[] wanted = column(steps, "lr");
    double[] got = OptimizerReplay.plateau(column(steps, "score"), wanted[0]);
    findings.compare("reduce_lr_plateau", largest(wanted, got), RATE_BAR, "largest absolute");
  }

  private static void stopping(JsonArray steps, Findings findings) {
    int[] epochs = new int[steps.size()];
    for (int i = 0; i < epochs.length; i++) {
      epochs[i] = steps.get(i).getAsJsonObject().get("epoch").getAsInt();
    }
    List<Boolean> got = OptimizerReplay.stops(epochs, column(steps, "score"));
    int different = 0;
    for (int i = 0; i < epochs.length; i++) {
      boolean wanted = steps.get(i).getAsJsonObject().get("stop").getAsBoolean();
      different += wanted == got.get(i) ? 0 : 1;
    }
    findings.compare("early_stopping", different, 0, "epochs that differ");
  }

  private static double[] column(JsonArray steps, String name) {
    double[] values = new double[steps.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = steps.get(i).getAsJsonObject().get(name).getAsDouble();
    }
    return values;
  }

  private static double largest(double[] wanted, double[] got) {
    double largest = wanted.length == got.length ? 0 : Double.NaN;
    for (int i = 0; i < Math.min(wanted.length, got.length); i++) {
      largest = Math.max(largest, Math.abs(wanted[i] - got[i]));
    }
    return largest;
  }
}
