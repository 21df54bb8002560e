package org.endossl.eval.probe;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** endossl's train_lib.py on Keras 2.15 and TensorFlow Addons: a linear model, three epochs. */
class EndosslOptimizersTest {
  private static final int BATCH = 16;

  @ParameterizedTest
  @EnumSource(
      value = OptimizerConfig.Name.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = "NESTEROV")
  void multiClass_threeEpochs_equalKeras(OptimizerConfig.Name name) throws IOException {
    JsonObject golden = golden();
    int[] y = new Gson().fromJson(golden.get("y"), int[].class);
    check(golden, "multi_class/", name, Loss.MULTI_CLASS, y);
  }

  @ParameterizedTest
  @EnumSource(
      value = OptimizerConfig.Name.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = "NESTEROV")
  void multiLabel_threeEpochs_equalKeras(OptimizerConfig.Name name) throws IOException {
    JsonObject golden = golden();
    int[][] y = new Gson().fromJson(golden.get("y_multilabel"), int[][].class);
    int[] bits = new int[y.length];
    for (int i = 0; i < y.length; i++) {
      for (int c = 0; c < y[i].length; c++) {
        bits[i] |= y[i][c] << c;
      }
    }
    check(golden, "multi_label/", name, Loss.MULTI_LABEL, bits);
  }

  private static void check(
      JsonObject golden, String task, OptimizerConfig.Name name, Loss loss, int[] y)
      throws IOException {
    JsonObject want =
        golden
            .getAsJsonObject("results")
            .getAsJsonObject(task + name.name().toLowerCase(Locale.ROOT));
    double[] losses = new Gson().fromJson(want.get("epoch_loss"), double[].class);
    OptimizerReplay.Trained got =
        OptimizerReplay.train(
            new OptimizerReplay.Task(
                name.name(),
                loss == Loss.MULTI_LABEL,
                new Gson().fromJson(golden.get("x"), float[][].class),
                y,
                new Gson().fromJson(golden.get("weight"), float[][].class),
                new Gson().fromJson(golden.get("bias"), float[].class),
                BATCH,
                losses.length),
            0.01,
            0.9,
            0.001);
    assertArrayEquals(losses, got.losses(), 1e-6);
    double[][] kernel = new Gson().fromJson(want.get("weight"), double[][].class);
    double[] bias = new Gson().fromJson(want.get("bias"), double[].class);
    assertArrayEquals(bias, got.bias(), 2e-6, task + name + " bias");
    for (int k = 0; k < kernel.length; k++) {
      assertArrayEquals(kernel[k], got.weight()[k], 2e-6, task + name + " " + k);
    }
  }

  @Test
  void reduceOnPlateau_stepByStep_equalsKeras() throws IOException {
    ReduceOnPlateau plateau =
        new ReduceOnPlateau(
            new PlateauConfig(Monitor.VAL_MACRO_F1, Monitor.Mode.MIN, 0.3, 10, 1e-5));
    float rate = 1e-3f;
    for (JsonElement step : callbacks("reduce_lr_plateau")) {
      rate = plateau.after(step.getAsJsonObject().get("score").getAsDouble(), rate);
      assertEquals(step.getAsJsonObject().get("lr").getAsDouble(), rate, 1e-9);
    }
  }

  @Test
  void earlyStopping_stepByStep_equalsKeras() throws IOException {
    EarlyStopping stopping =
        new EarlyStopping(new StoppingConfig(Monitor.VAL_LOSS, Monitor.Mode.MIN, 20, 5));
    for (JsonElement element : callbacks("early_stopping")) {
      JsonObject step = element.getAsJsonObject();
      assertEquals(
          step.get("stop").getAsBoolean(),
          stopping.after(step.get("epoch").getAsInt(), step.get("score").getAsDouble()),
          step.toString());
    }
  }

  private static Iterable<JsonElement> callbacks(String name) throws IOException {
    return golden().getAsJsonObject("callbacks").getAsJsonArray(name);
  }

  private static JsonObject golden() throws IOException {
    try (InputStream in =
        EndosslOptimizersTest.class.getResourceAsStream("endossl_optimizers.json")) {
      assertNotNull(in);
      return JsonParser.parseReader(new InputStreamReader(in, StandardCharsets.UTF_8))
          .getAsJsonObject();
    }
  }
}
