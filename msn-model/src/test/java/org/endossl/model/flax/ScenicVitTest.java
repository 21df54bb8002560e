package org.endossl.model.flax;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.endossl.model.Fuzz;
import org.endossl.model.HostTensor;
import org.endossl.model.Safetensors;
import org.endossl.model.TensorSource;
import org.endossl.model.VariableStore;
import org.endossl.model.Vit;
import org.endossl.model.VitConfig;
import org.endossl.model.WeightLoader;
import org.endossl.model.WeightsException;
import org.endossl.model.savedmodel.CheckpointTensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;
import org.msgpack.core.MessageBufferPacker;
import org.msgpack.core.MessagePack;
import org.msgpack.core.MessagePacker;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

class ScenicVitTest {
  private static final String ROOT = "params/params/";

  @TempDir Path temp;

  @Test
  void theConvertedVit_equalsTheSavedModelsEmbedding() throws IOException {
    ScenicVit.Model model = ScenicVit.open(savedModel(), "teacher");
    assertEquals(
        new VitConfig(224, 16, 48, 2, 3, 4, 1e-6, 0, VitConfig.Activation.GELU_TANH),
        model.config());
    assertTrue(difference(model) < 1e-5, "differs by " + difference(model));
  }

  @Test
  void endosslsFlaxFile_withoutASlotForTheClassToken_equalsItToo() throws IOException {
    Path file = temp.resolve("checkpoint_0");
    write(file, Map.of("teacher_weights", renamed(1), "student_weights", renamed(2)));
    assertTrue(FlaxFile.isOne(file));
    ScenicVit.Model teacher = ScenicVit.open(FlaxFile.open(file), "teacher");
    assertTrue(difference(teacher) < 1e-5, "differs by " + difference(teacher));
    HostTensor positions = teacher.weights().tensor("pos_embed");
    assertEquals(Shape.of(1, 197, 48), positions.shape());
    assertEquals(0, positions.values().get(47));
    ScenicVit.Model student = ScenicVit.open(FlaxFile.open(file), "student");
    assertTrue(difference(student) > 1e-2);
    assertRefused("where there are several", () -> ScenicVit.open(FlaxFile.open(file), "other"));
  }

  @Test
  void names_areOneToOneAndComplete() {
    VitConfig config = new VitConfig(32, 8, 24, 3, 2, 2, 1e-6, 0);
    try (Graph graph = new Graph()) {
      VariableStore store = new VariableStore(Ops.create(graph), "", 0);
      Vit.create(store, config);
      Set<String> variables = new TreeSet<>();
      store.variables().forEach(v -> variables.add(v.name() + v.shape()));
      Set<String> named = new TreeSet<>();
      Set<String> theirs = new TreeSet<>();
      ScenicVit.names(config, "Transformer/", "", "Transformer/posembed_input/pos_embedding")
          .entries()
          .forEach(
              e -> {
                named.add(e.ours() + e.shape());
                theirs.addAll(e.theirs());
              });
      assertEquals(variables, named);
      // Each block's six matrices and biases, two norms; embedding, class token, positions, norm.
      assertEquals(3 * (6 * 2 + 4) + 2 + 1 + 1 + 2, theirs.size());
    }
  }

  @Test
  void whatCannotBeConverted_isSaid() throws IOException {
    assertRefused("no class token", () -> ScenicVit.open(without("cls"), ""));
    assertRefused(
        "no learned positions", () -> ScenicVit.open(without("Transformer/pos_embedding"), ""));
    assertRefused(
        "pre_logits: a layer after the encoder",
        () -> ScenicVit.open(with("pre_logits/kernel"), ""));
    assertRefused(
        "in the file and not wanted (1): other/kernel",
        () -> ScenicVit.open(with("other/kernel"), ""));
    assertRefused(
        "wanted and not in the file (1): Transformer/encoderblock_1/LayerNorm_1/bias",
        () -> ScenicVit.open(without("Transformer/encoderblock_1/LayerNorm_1/bias"), ""));
    TensorSource nothing = TensorSource.of("some file", Map.of("a", HostTensor.of(Shape.of(1), 0)));
    assertFalse(ScenicVit.isOne(nothing));
    assertRefused("no scenic Vision Transformer", () -> ScenicVit.open(nothing, ""));
  }

  @Test
  void aDamagedFlaxFile_isOneClearError() throws IOException {
    Path whole = temp.resolve("whole");
    write(whole, Map.of("teacher_weights", renamed(1)));
    byte[] bytes = Files.readAllBytes(whole);
    Path file = temp.resolve("damaged");
    Random random = new Random(3);
    int refused = 0;
    for (int i = 0; i < 120; i++) {
      byte[] changed = bytes.clone();
      if (i % 2 == 0) {
        changed = Arrays.copyOf(bytes, random.nextInt(bytes.length));
      }
      for (int k = 0; k < 30; k++) { // names and headers lie between the values: a few hits
        changed[random.nextInt(changed.length)] = (byte) random.nextInt();
      }
      Files.write(file, changed);
      try {
        FlaxFile open = FlaxFile.open(file);
        for (String name : open.shapes().keySet()) {
          open.tensor(name);
        }
      } catch (WeightsException e) {
        refused++;
        assertTrue(String.valueOf(e.getMessage()).startsWith(file.toString()), e.getMessage());
      }
    }
    assertTrue(refused >= 60, "refused " + refused);
    try (MessageBufferPacker packer = MessagePack.newDefaultBufferPacker()) {
      packer.packMapHeader(1).packString("w");
      array(packer, HostTensor.of(Shape.of(2), 1, 2), 1 << 20);
      Files.write(file, packer.toByteArray());
    }
    assertRefused("w: got 8 bytes for float32 [1048576]", () -> FlaxFile.open(file));
    // {"w": ext 1: [[-1, -1], "float32", 4 bytes]}
    byte[] negative = {
      (byte) 0x81,
      (byte) 0xa1,
      'w',
      (byte) 0xc7,
      18,
      1,
      (byte) 0x93,
      (byte) 0x92,
      -1,
      -1,
      (byte) 0xa7,
      'f',
      'l',
      'o',
      'a',
      't',
      '3',
      '2',
      (byte) 0xc4,
      4,
      0,
      0,
      0,
      0
    };
    Files.write(file, negative);
    assertRefused("w: got a size of -1", () -> FlaxFile.open(file));
    Files.write(file, new byte[] {(byte) 0x93, 1, 2, 3, 4, 5, 6});
    assertFalse(FlaxFile.isOne(file));
    assertRefused("wanted a MessagePack map", () -> FlaxFile.open(file));
  }

  @Test
  void flaxFile_byMutation(TestReporter report) throws IOException {
    Map<String, HostTensor> some = new TreeMap<>();
    some.put("ToTokenSequence_0/cls", HostTensor.of(Shape.of(1, 1, 2), 1, 2));
    some.put("encoderblock_0/LayerNorm_0/scale", HostTensor.of(Shape.of(2), 3, 4));
    Path seed = temp.resolve("seed");
    write(seed, Map.of("teacher_weights", some));
    Fuzz.Outcome outcome =
        Fuzz.run(
            List.of(Files.readAllBytes(seed)),
            temp.resolve("mutated"),
            file -> {
              FlaxFile open = FlaxFile.open(file);
              for (String name : open.shapes().keySet()) {
                open.tensor(name);
              }
            },
            Fuzz.files(1000),
            Long.getLong("endossl.fuzz.seed", 20));
    report.publishEntry("Flax", outcome.toString());
    assertTrue(outcome.read() > 0 && outcome.read() < outcome.files(), outcome.toString());
  }

  private static void assertRefused(String part, org.junit.jupiter.api.function.Executable run) {
    WeightsException e = assertThrows(WeightsException.class, run);
    assertTrue(String.valueOf(e.getMessage()).contains(part), e.getMessage());
  }

  private static TensorSource without(String name) throws IOException {
    Map<String, HostTensor> tensors = tensors();
    assertTrue(tensors.remove(ROOT + name) != null, name);
    return TensorSource.of("test", tensors);
  }

  private static TensorSource with(String name) throws IOException {
    Map<String, HostTensor> tensors = tensors();
    tensors.put(ROOT + name, HostTensor.of(Shape.of(1), 0));
    return TensorSource.of("test", tensors);
  }

  private static Map<String, HostTensor> tensors() throws IOException {
    CheckpointTensors source = savedModel();
    Map<String, HostTensor> tensors = new TreeMap<>();
    for (String name : source.shapes().keySet()) {
      tensors.put(name, source.tensor(name));
    }
    return tensors;
  }

  /** The same network under the names of endossl's checkpoints; times a factor. */
  private static Map<String, HostTensor> renamed(float factor) throws IOException {
    Map<String, HostTensor> renamed = new TreeMap<>();
    float[] positions = savedModel().tensor(ROOT + "Transformer/pos_embedding").toArray();
    for (Map.Entry<String, HostTensor> entry : tensors().entrySet()) {
      String name = entry.getKey().substring(ROOT.length());
      float[] values = entry.getValue().toArray();
      Shape shape = entry.getValue().shape();
      if (name.equals("cls")) {
        for (int i = 0; i < values.length; i++) {
          values[i] += positions[i];
        }
      } else if (name.equals("Transformer/pos_embedding")) {
        name = "posembed_input";
        shape = Shape.of(1, 14, 14, 48);
        values = Arrays.copyOfRange(values, 48, values.length);
      }
      for (int i = 0; i < values.length; i++) {
        values[i] *= factor;
      }
      name =
          name.startsWith("Transformer/")
              ? name.substring("Transformer/".length())
              : name.startsWith("projection") ? name : "ToTokenSequence_0/" + name;
      renamed.put(name, HostTensor.of(shape, values));
    }
    return renamed;
  }

  private static void write(Path file, Map<String, Map<String, HostTensor>> trees)
      throws IOException {
    Map<String, Object> root = new LinkedHashMap<>();
    for (Map.Entry<String, Map<String, HostTensor>> tree : new TreeMap<>(trees).entrySet()) {
      tree.getValue().forEach((name, tensor) -> put(root, tree.getKey() + "/" + name, tensor));
    }
    try (MessageBufferPacker packer = MessagePack.newDefaultBufferPacker()) {
      packer.packMapHeader(root.size() + 1);
      packer.packString("global_step").packInt(7);
      for (Map.Entry<String, Object> entry : root.entrySet()) {
        packer.packString(entry.getKey());
        pack(packer, entry.getValue());
      }
      Files.write(file, packer.toByteArray());
    }
  }

  @SuppressWarnings("unchecked")
  private static void put(Map<String, Object> map, String path, HostTensor tensor) {
    int slash = path.indexOf('/');
    if (slash < 0) {
      map.put(path, tensor);
    } else {
      Object below = map.computeIfAbsent(path.substring(0, slash), k -> new LinkedHashMap<>());
      put((Map<String, Object>) below, path.substring(slash + 1), tensor);
    }
  }

  private static void pack(MessagePacker packer, Object value) throws IOException {
    if (value instanceof Map<?, ?> map) {
      packer.packMapHeader(map.size());
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        packer.packString((String) Objects.requireNonNull(entry.getKey()));
        pack(packer, Objects.requireNonNull(entry.getValue()));
      }
    } else {
      array(packer, (HostTensor) value, -1);
    }
  }

  /** As flax.serialization packs an array; the first size can be a lie. */
  private static void array(MessagePacker packer, HostTensor tensor, int lie) throws IOException {
    try (MessageBufferPacker inner = MessagePack.newDefaultBufferPacker()) {
      float[] values = tensor.toArray();
      ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
      bytes.asFloatBuffer().put(values);
      inner.packArrayHeader(3);
      inner.packArrayHeader(tensor.shape().numDimensions());
      for (int i = 0; i < tensor.shape().numDimensions(); i++) {
        inner.packLong(i == 0 && lie > 0 ? lie : tensor.shape().get(i));
      }
      inner.packString("float32");
      inner.packBinaryHeader(bytes.capacity());
      inner.writePayload(bytes.array());
      byte[] packed = inner.toByteArray();
      packer.packExtensionTypeHeader((byte) 1, packed.length);
      packer.writePayload(packed);
    }
  }

  private static double difference(ScenicVit.Model model) throws IOException {
    Safetensors expected = Safetensors.open(resource("expected.safetensors"));
    float[] wanted = expected.tensor("embedding_of_images_over_255").toArray();
    ByteBuffer bytes = expected.bytes("images_uint8");
    float[] pixels = new float[bytes.remaining()];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (bytes.get(i) & 0xff) / 255f;
    }
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      VariableStore store = new VariableStore(tf, "", 0);
      Vit.Weights weights = Vit.create(store, model.config());
      Operand<TFloat32> images =
          tf.constant(expected.entry("images_uint8").shape(), DataBuffers.of(pixels));
      Operand<TFloat32> token = Vit.classToken(tf, weights, model.config(), images, null);
      WeightLoader loader = WeightLoader.build(tf, store.variables());
      try (Session session = new Session(graph)) {
        loader.assign(session, model.weights());
        try (Result result = session.runner().fetch(token).run()) {
          float[] got = new float[wanted.length];
          result.get(0).asRawTensor().data().asFloats().read(got);
          double largest = 0;
          for (int i = 0; i < got.length; i++) {
            largest = Math.max(largest, Math.abs(got[i] - wanted[i]));
          }
          return largest;
        }
      }
    }
  }

  private static CheckpointTensors savedModel() throws IOException {
    return CheckpointTensors.open(resource("graph").resolve("variables/variables"));
  }

  private static Path resource(String name) {
    try {
      return Path.of(Objects.requireNonNull(CheckpointTensors.class.getResource(name)).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
