package org.endossl.model.resnet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.endossl.model.HostTensor;
import org.endossl.model.ModelVariable;
import org.endossl.model.Safetensors;
import org.endossl.model.TensorSource;
import org.endossl.model.VariableStore;
import org.endossl.model.WeightLoader;
import org.endossl.model.WeightsException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

class KerasResNetV2Test {
  private static final String FILE = "tiny_v2_weights_tf_dim_ordering_tf_kernels_notop.h5";

  @TempDir Path temp;

  @Test
  void features_equalKeras() throws IOException {
    KerasResNetV2.Model model = KerasResNetV2.open(resource(FILE));
    assertEquals(
        List.of(
            new ResNetV2Config.Stage(8, 2, 2),
            new ResNetV2Config.Stage(16, 2, 2),
            new ResNetV2Config.Stage(32, 2, 1)),
        model.config().stages());
    Safetensors expected = Safetensors.open(resource("expected.safetensors"));
    HostTensor wanted = expected.tensor("features_of_preprocessed");
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      VariableStore store = new VariableStore(tf, "", 0);
      ResNetV2.Weights weights = ResNetV2.create(store, model.config());
      Operand<TFloat32> features = ResNetV2.features(tf, weights, images(tf, expected));
      WeightLoader loader = WeightLoader.build(tf, store.variables());
      try (Session session = new Session(graph)) {
        loader.assign(session, model.weights());
        assertTrue(largest(wanted.toArray(), fetch(session, features)) < 1e-4);
      }
    }
  }

  @Test
  void training_usesTheBatchsStatistics_andMovesTheAveragesAsKeras() throws IOException {
    KerasResNetV2.Model model = KerasResNetV2.open(resource(FILE));
    Safetensors expected = Safetensors.open(resource("expected.safetensors"));
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      VariableStore store = new VariableStore(tf, "", 0);
      ResNetV2.Weights weights = ResNetV2.create(store, model.config());
      Operand<TFloat32> images = images(tf, expected);
      ResNetV2.Trained trained = ResNetV2.train(tf, weights, images);
      Operand<TFloat32> loss = tf.math.mean(trained.features(), tf.constant(new int[] {0, 1}));
      List<ModelVariable> trainable =
          store.variables().stream().filter(ModelVariable::trainable).toList();
      Output<?>[] at = trainable.stream().map(v -> v.value().asOutput()).toArray(Output<?>[]::new);
      Output<?>[] gradients = graph.addGradients(loss.asOutput(), at);
      assertEquals(trainable.size(), gradients.length);
      // The stem's map is what the first BatchNorm sees, before and after the zero padding.
      Operand<TFloat32> stem = stemMap(tf, store, images);
      ModelVariable mean = variable(store, "conv2_block1_preact_bn.moving_mean");
      ModelVariable variance = variable(store, "conv2_block1_preact_bn.moving_variance");
      WeightLoader loader = WeightLoader.build(tf, store.variables());
      try (Session session = new Session(graph)) {
        loader.assign(session, model.weights());
        float[] map = fetch(session, stem);
        float[] oldMean = fetch(session, mean.value());
        float[] oldVariance = fetch(session, variance.value());
        Session.Runner runner = session.runner().fetch(trained.features());
        for (Output<?> gradient : gradients) {
          runner.fetch(gradient);
        }
        for (Op update : trained.updates()) {
          runner.addTarget(update);
        }
        try (Result result = runner.run()) {
          for (int i = 0; i < result.size(); i++) {
            float[] values = floats((TFloat32) result.get(i));
            for (float value : values) {
              assertTrue(Float.isFinite(value));
            }
          }
        }
        int channels = oldMean.length;
        int n = map.length / channels;
        float[] newMean = fetch(session, mean.value());
        float[] newVariance = fetch(session, variance.value());
        for (int c = 0; c < channels; c++) {
          double sum = 0;
          double squares = 0;
          for (int i = 0; i < n; i++) {
            sum += map[i * channels + c];
          }
          for (int i = 0; i < n; i++) {
            double d = map[i * channels + c] - sum / n;
            squares += d * d;
          }
          assertEquals(0.99 * oldMean[c] + 0.01 * sum / n, newMean[c], 1e-5);
          assertEquals(0.99 * oldVariance[c] + 0.01 * squares / (n - 1), newVariance[c], 1e-4);
        }
      }
    }
  }

  private static Operand<TFloat32> stemMap(Ops tf, VariableStore store, Operand<TFloat32> images) {
    int[][] three = {{0, 0}, {3, 3}, {3, 3}, {0, 0}};
    int[][] one = {{0, 0}, {1, 1}, {1, 1}, {0, 0}};
    Operand<TFloat32> x = tf.pad(images, tf.constant(three), tf.constant(0f));
    x =
        tf.nn.conv2d(
            x, variable(store, "conv1_conv.kernel").value(), List.of(1L, 2L, 2L, 1L), "VALID");
    x = tf.nn.biasAdd(x, variable(store, "conv1_conv.bias").value());
    return tf.nn.maxPool(
        tf.pad(x, tf.constant(one), tf.constant(0f)),
        tf.constant(new int[] {1, 3, 3, 1}),
        tf.constant(new int[] {1, 2, 2, 1}),
        "VALID");
  }

  @Test
  void names_areOneToOneAndComplete_forResNet50V2Too() {
    for (ResNetV2Config config :
        List.of(ResNetV2Config.RESNET50V2, ResNetV2Config.of(8, List.of(2, 3), 2))) {
      try (Graph graph = new Graph()) {
        VariableStore store = new VariableStore(Ops.create(graph), "", 0);
        ResNetV2.create(store, config);
        Set<String> variables = new TreeSet<>();
        store.variables().forEach(v -> variables.add(v.name() + v.shape()));
        Set<String> named = new TreeSet<>();
        KerasResNetV2.names(config).entries().forEach(e -> named.add(e.ours() + e.shape()));
        assertEquals(variables, named);
        long values = store.variables().stream().mapToLong(v -> v.shape().size()).sum();
        assertEquals(values, config.parameters());
      }
    }
    // model.summary() of keras.applications.ResNet50V2(include_top=False)
    assertEquals(23_564_800, ResNetV2Config.RESNET50V2.parameters());
    assertEquals(2048, ResNetV2Config.RESNET50V2.width());
  }

  @Test
  void aMismatch_listsBothSides() throws IOException {
    KerasWeightsFile file = KerasWeightsFile.open(resource(FILE));
    WeightsException e =
        assertThrows(
            WeightsException.class,
            () -> KerasResNetV2.names(ResNetV2Config.of(8, List.of(2, 3), 1)).toOurs(file));
    assertMessage(
        e, "conv3_block3_1_conv/kernel:0", "conv4_block1_0_conv/bias:0", "post_bn/beta:0");
  }

  @Test
  void aWrittenFile_isReadAgain_layerByLayer() throws IOException {
    KerasResNetV2.Model model = KerasResNetV2.open(resource(FILE));
    Path file = temp.resolve("copy.h5");
    KerasResNetV2.write(file, model.config(), model.weights());
    KerasResNetV2.Model copy = KerasResNetV2.open(file);
    assertEquals(model.config(), copy.config());
    assertEquals(
        KerasWeightsFile.open(resource(FILE)).layers(), KerasWeightsFile.open(file).layers());
    for (String name : model.weights().shapes().keySet()) {
      assertArrayEquals(
          model.weights().tensor(name).toArray(), copy.weights().tensor(name).toArray(), name);
    }
    assertArrayEquals(new String[] {"copy.h5"}, temp.toFile().list());
  }

  @Test
  void weightsThatAreNotFinite_areNotWritten() throws IOException {
    KerasResNetV2.Model model = KerasResNetV2.open(resource(FILE));
    Map<String, HostTensor> tensors = new LinkedHashMap<>();
    for (String name : model.weights().shapes().keySet()) {
      tensors.put(name, model.weights().tensor(name));
    }
    float[] beta = model.weights().tensor("post_bn.beta").toArray();
    beta[3] = Float.NaN;
    tensors.put("post_bn.beta", HostTensor.of(Shape.of(beta.length), beta));
    WeightsException e =
        assertThrows(
            WeightsException.class,
            () ->
                KerasResNetV2.write(
                    temp.resolve("nan.h5"), model.config(), TensorSource.of("run", tensors)));
    assertMessage(e, "post_bn.beta", "NaN");
    assertArrayEquals(new String[0], temp.toFile().list());
  }

  @Test
  void aDamagedFile_isOneClearError() throws IOException {
    byte[] whole = Files.readAllBytes(resource(FILE));
    Path file = temp.resolve("damaged.h5");
    Files.write(file, new byte[64]);
    assertMessage(
        assertThrows(WeightsException.class, () -> KerasResNetV2.open(file)), "no HDF5 file");
    Random random = new Random(7);
    int refused = 0;
    for (int i = 0; i < 45; i++) {
      byte[] bytes =
          i % 3 == 0 ? java.util.Arrays.copyOf(whole, random.nextInt(whole.length)) : whole.clone();
      for (int k = 0; k < 40 && bytes.length > 0; k++) {
        // names and shapes, not the weights' values, which nothing checks
        bytes[random.nextInt(Math.min(bytes.length, 1 << 14))] = (byte) random.nextInt();
      }
      Files.write(file, bytes);
      try {
        KerasResNetV2.Model model = KerasResNetV2.open(file);
        model.weights().tensor("conv1_conv.kernel");
        model.weights().tensor("post_bn.beta");
      } catch (WeightsException e) {
        refused++;
        assertMessage(e, file.toString());
      }
    }
    assertTrue(refused > 25, "refused " + refused);
  }

  private static void assertMessage(WeightsException e, String... parts) {
    for (String part : parts) {
      assertTrue(String.valueOf(e.getMessage()).contains(part), e.getMessage());
    }
  }

  private static ModelVariable variable(VariableStore store, String name) {
    return store.variables().stream().filter(v -> v.name().equals(name)).findFirst().orElseThrow();
  }

  private static Operand<TFloat32> images(Ops tf, Safetensors expected) throws IOException {
    ByteBuffer bytes = expected.bytes("images_uint8");
    float[] values = new float[bytes.remaining()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (bytes.get(i) & 0xff) / 127.5f - 1;
    }
    return tf.constant(expected.entry("images_uint8").shape(), DataBuffers.of(values));
  }

  private static float[] fetch(Session session, Operand<TFloat32> operand) {
    try (Result result = session.runner().fetch(operand).run()) {
      return floats((TFloat32) result.get(0));
    }
  }

  private static float[] floats(TFloat32 tensor) {
    float[] values = new float[Math.toIntExact(Shape.of(tensor.shape().asArray()).size())];
    tensor.asRawTensor().data().asFloats().read(values);
    return values;
  }

  private static double largest(float[] a, float[] b) {
    assertEquals(a.length, b.length);
    double largest = 0;
    for (int i = 0; i < a.length; i++) {
      largest = Math.max(largest, Math.abs(a[i] - b[i]));
    }
    return largest;
  }

  private static Path resource(String name) {
    try {
      return Path.of(Objects.requireNonNull(KerasResNetV2Test.class.getResource(name)).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
