package org.endossl.eval.finetune;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.endossl.eval.Encoder;
import org.endossl.eval.WeightsSource;
import org.endossl.model.ClassificationHead;
import org.endossl.model.HostTensor;
import org.endossl.model.ModelVariable;
import org.endossl.model.TensorSource;
import org.endossl.model.VariableStore;
import org.endossl.model.WeightLoader;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** Steps of a ResNetV2 beside Keras' of interop/finetune_golden.py. */
class KerasStepsTest {
  private static final Path WEIGHTS =
      Path.of(
          "../msn-model/src/test/resources/org/endossl/model/resnet",
          "tiny_v2_weights_tf_dim_ordering_tf_kernels_notop.h5");
  private static final int CLASSES = 7;

  private final JsonObject golden = golden();
  private final int[] labels =
      golden.getAsJsonArray("labels").asList().stream().mapToInt(l -> l.getAsInt()).toArray();

  @Test
  void lossesGradientsAveragesAndWeights_areKeras() throws IOException {
    Encoder encoder = WeightsSource.parse(WEIGHTS.toString()).open();
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Encoder.Network network = encoder.create(tf);
      VariableStore store = new VariableStore(tf, "", 0);
      ClassificationHead.Weights head =
          ClassificationHead.create(
              store, encoder.width(), CLASSES, ClassificationHead.Start.ZEROS);
      List<ModelVariable> variables = new ArrayList<>(network.variables());
      variables.addAll(store.variables());
      List<ModelVariable> trained = variables.stream().filter(ModelVariable::trainable).toList();
      Encoder.Network.Training forward = network.training(images(tf));
      Operand<TFloat32> loss =
          Targets.loss(
              tf,
              FinetuneConfig.Task.PHASES,
              ClassificationHead.apply(tf, head, forward.features()),
              tf.constant(targets()));
      TuningGraph step =
          TuningGraph.build(
              graph, loss, trained, forward.updates(), golden.get("decay").getAsDouble());
      Output<?>[] gradients =
          graph.addGradients(
              loss.asOutput(),
              trained.stream().map(v -> v.value().asOutput()).toArray(Output<?>[]::new));
      WeightLoader loader = WeightLoader.build(tf, variables);
      WeightLoader layer = WeightLoader.build(tf, store.variables());
      try (Session session = new Session(graph)) {
        network.load(session);
        layer.assign(session, layer(encoder.width()));
        step.initialize(session);
        assertGradients(session, trained, gradients);
        float rate = golden.get("learning_rate").getAsFloat();
        JsonArray losses = golden.getAsJsonArray("losses");
        for (int i = 0; i < losses.size(); i++) {
          assertEquals(losses.get(i).getAsFloat(), step.run(session, i, rate), 2e-3, "step " + i);
        }
        assertAfter(loader.read(session));
      }
    }
  }

  private void assertGradients(
      Session session, List<ModelVariable> trained, Output<?>[] gradients) {
    JsonObject wanted = golden.getAsJsonObject("gradients");
    int found = 0;
    for (int i = 0; i < gradients.length; i++) {
      if (wanted.has(trained.get(i).name())) {
        found++;
        try (Result result = session.runner().fetch(gradients[i]).run()) {
          assertClose(trained.get(i).name(), wanted, floats((TFloat32) result.get(0)), 1e-3);
        }
      }
    }
    assertEquals(wanted.size(), found);
  }

  private void assertAfter(TensorSource values) throws IOException {
    JsonObject wanted = golden.getAsJsonObject("after");
    assertTrue(wanted.size() > 4);
    for (String name : wanted.keySet()) {
      assertClose(name, wanted, values.tensor(name).toArray(), 2e-3);
    }
  }

  /** By the largest value: rounding is amplified where a gradient is nearly nothing. */
  private static void assertClose(String name, JsonObject wanted, float[] got, double bar) {
    JsonArray values = wanted.getAsJsonArray(name);
    assertEquals(values.size(), got.length, name);
    double scale = 0;
    double largest = 0;
    for (int i = 0; i < got.length; i++) {
      scale = Math.max(scale, Math.abs(values.get(i).getAsFloat()));
      largest = Math.max(largest, Math.abs(values.get(i).getAsFloat() - got[i]));
    }
    assertTrue(largest <= bar * scale, name + ": " + largest + " of " + scale);
  }

  private Operand<TFloat32> images(Ops tf) {
    float[] values = new float[labels.length * 96 * 96 * 3];
    for (int k = 0; k < values.length; k++) {
      long i = k;
      values[k] = (float) ((i * i / 7 + i * 13) % 251 / 125.0 - 1);
    }
    return tf.constant(Shape.of(labels.length, 96, 96, 3), DataBuffers.of(values));
  }

  private float[][] targets() {
    float[][] targets = new float[labels.length][CLASSES];
    for (int i = 0; i < labels.length; i++) {
      targets[i][labels[i]] = 1;
    }
    return targets;
  }

  private static TensorSource layer(int width) {
    float[] kernel = new float[width * CLASSES];
    for (int i = 0; i < kernel.length; i++) {
      kernel[i] = (float) Math.sin(i) * 0.1f;
    }
    Map<String, HostTensor> tensors = new LinkedHashMap<>();
    tensors.put("classifier.kernel", HostTensor.of(Shape.of(width, CLASSES), kernel));
    tensors.put("classifier.bias", HostTensor.of(Shape.of(CLASSES), new float[CLASSES]));
    return TensorSource.of("test", tensors);
  }

  private static float[] floats(TFloat32 tensor) {
    float[] values = new float[Math.toIntExact(tensor.size())];
    tensor.copyTo(DataBuffers.of(values, false, false));
    return values;
  }

  private static JsonObject golden() {
    try (Reader in =
        new InputStreamReader(
            Objects.requireNonNull(KerasStepsTest.class.getResourceAsStream("keras_steps.json")),
            StandardCharsets.UTF_8)) {
      return JsonParser.parseReader(in).getAsJsonObject();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
