package org.endossl.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

class HuggingFaceVitTest {
  private static final Path TINY = Resources.path("vit_msn_tiny");

  @TempDir Path folder;

  @Test
  void forward_equalsTransformers() throws IOException {
    HuggingFaceVit.Model model = HuggingFaceVit.open(TINY);
    Safetensors expected = Safetensors.open(TINY.resolve("expected.safetensors"));
    try (Lab lab = new Lab()) {
      VariableStore store = new VariableStore(lab.tf, "", 0);
      Vit.Weights weights = Vit.create(store, model.config());
      HostTensor pixels = expected.tensor("pixel_values_nchw");
      Ops tf = lab.tf;
      Operand<TFloat32> images =
          tf.linalg.transpose(
              lab.constant(pixels.shape(), pixels.toArray()), tf.constant(new int[] {0, 2, 3, 1}));
      Vit.Output output = Vit.forward(tf, weights, model.config(), images, null);
      Operand<TFloat32> token = Vit.classToken(tf, weights, model.config(), images, null);
      Session session = lab.session(List.of());
      WeightLoader.build(tf, store.variables()).assign(session, model.weights());
      List<float[]> got =
          Lab.floats(
              session,
              List.of(output.blocks().get(0), output.tokens(), output.attentions().get(1), token));
      String[] names = {"hidden_state_1", "last_hidden_state", "attention_last"};
      for (int i = 0; i < names.length; i++) {
        Lab.assertClose(expected.tensor(names[i]).toArray(), got.get(i), 2e-5, names[i]);
      }
      int width = model.config().width();
      for (int image = 0; image < 2; image++) {
        for (int i = 0; i < width; i++) {
          assertEquals(
              got.get(1)[image * model.config().tokens() * width + i],
              got.get(3)[image * width + i],
              2e-5);
        }
      }
    }
  }

  @Test
  void export_ofImported_isBitEqual_throughASession() throws IOException {
    HuggingFaceVit.Model model = HuggingFaceVit.open(TINY);
    try (Lab lab = new Lab()) {
      VariableStore store = new VariableStore(lab.tf, "", 0);
      Vit.create(store, model.config());
      Session session = lab.session(List.of());
      WeightLoader loader = WeightLoader.build(lab.tf, store.variables());
      loader.assign(session, model.weights());
      HuggingFaceVit.export(folder.resolve("out"), model.config(), loader.read(session));
    }
    HuggingFaceVit.Model again = HuggingFaceVit.open(folder.resolve("out"));
    assertEquals(model.config(), again.config());
    Safetensors before = Safetensors.open(TINY.resolve("model.safetensors"));
    Safetensors after = Safetensors.open(folder.resolve("out/model.safetensors"));
    assertEquals(before.shapes(), after.shapes());
    assertEquals(Map.of("format", "pt"), after.metadata());
    for (String name : before.shapes().keySet()) {
      assertArrayEquals(before.tensor(name).toArray(), after.tensor(name).toArray(), name);
    }
  }

  @ParameterizedTest
  @EnumSource(HuggingFaceVit.Style.class)
  void names_areOneToOne_andCoverTheNetwork(HuggingFaceVit.Style style) {
    VitConfig config = VitConfig.small(224, 16);
    NameTable table = HuggingFaceVit.names(config, style);
    Set<String> theirs = new HashSet<>();
    table.entries().forEach(e -> e.theirs().forEach(n -> assertTrue(theirs.add(n), n)));
    try (Lab lab = new Lab()) {
      VariableStore store = new VariableStore(lab.tf, "", 0);
      Vit.create(store, config);
      assertEquals(
          store.variables().stream().map(v -> v.name() + v.shape()).toList(),
          table.entries().stream().map(e -> e.ours() + e.shape()).toList());
    }
  }

  @ParameterizedTest
  @CsvSource({"'',HUB", "vit.,HUB", "'',MODULES", "vit.,MODULES"})
  void open_takesBothStyles_withAndWithoutPrefix(String prefix, HuggingFaceVit.Style style)
      throws IOException {
    HuggingFaceVit.Model model = HuggingFaceVit.open(TINY);
    TensorSource theirs =
        HuggingFaceVit.names(model.config(), style).prefixed("", prefix).toTheirs(model.weights());
    Map<String, HostTensor> all = new LinkedHashMap<>();
    for (String name : theirs.shapes().keySet()) {
      all.put(name, theirs.tensor(name));
    }
    all.put("classifier.weight", all.get(prefix + "layernorm.bias"));
    Files.copy(TINY.resolve("config.json"), folder.resolve("config.json"));
    Path file = folder.resolve("model.safetensors");
    Safetensors.write(file, TensorSource.of("test", all), Map.of());
    assertTrue(HuggingFaceVit.isOne(folder));
    assertTrue(HuggingFaceVit.isOne(file));
    assertSame(model, HuggingFaceVit.open(folder));
    assertSame(model, HuggingFaceVit.open(file));
  }

  @ParameterizedTest
  @CsvSource({"gelu,GELU", "gelu_pytorch_tanh,GELU_TANH", "gelu_new,GELU_TANH"})
  void theActivation_isTheConfigs_andIsWrittenBack(String name, VitConfig.Activation wanted)
      throws IOException {
    Files.copy(TINY.resolve("model.safetensors"), folder.resolve("model.safetensors"));
    String config = Files.readString(TINY.resolve("config.json"));
    Files.writeString(
        folder.resolve("config.json"),
        config.replace("\"hidden_act\": \"gelu\"", "\"hidden_act\": \"" + name + "\""));
    HuggingFaceVit.Model model = HuggingFaceVit.open(folder);
    assertEquals(wanted, model.config().activation());
    HuggingFaceVit.export(folder.resolve("out"), model.config(), model.weights());
    assertEquals(model.config(), HuggingFaceVit.open(folder.resolve("out")).config());
  }

  @Test
  void open_takesShards() throws IOException {
    Safetensors whole = Safetensors.open(TINY.resolve("model.safetensors"));
    Map<String, HostTensor> first = new LinkedHashMap<>();
    Map<String, HostTensor> second = new LinkedHashMap<>();
    StringBuilder map = new StringBuilder();
    for (String name : whole.shapes().keySet()) {
      boolean one = first.size() <= second.size();
      (one ? first : second).put(name, whole.tensor(name));
      map.append(map.isEmpty() ? "" : ",")
          .append("\"" + name + "\":\"" + (one ? "a" : "b") + ".safetensors\"");
    }
    Safetensors.write(folder.resolve("a.safetensors"), TensorSource.of("test", first), Map.of());
    Safetensors.write(folder.resolve("b.safetensors"), TensorSource.of("test", second), Map.of());
    Path index = folder.resolve("model.safetensors.index.json");
    Files.writeString(index, "{\"weight_map\":{" + map + "}}");
    Files.copy(TINY.resolve("config.json"), folder.resolve("config.json"));
    assertSame(HuggingFaceVit.open(TINY), HuggingFaceVit.open(folder));

    Files.writeString(index, "{\"weight_map\":{\"a\":\"../secret.safetensors\"}}");
    WeightsException e = assertThrows(WeightsException.class, () -> HuggingFaceVit.open(folder));
    assertEquals(
        index + ": got the file name \"../secret.safetensors\", wanted NAME.safetensors beside it",
        e.getMessage());
  }

  @Test
  void open_ofAnotherNetwork_listsBothSides() throws IOException {
    Files.copy(TINY.resolve("model.safetensors"), folder.resolve("model.safetensors"));
    String config = Files.readString(TINY.resolve("config.json"));
    Files.writeString(
        folder.resolve("config.json"),
        config.replace("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 1"));
    WeightsException e = assertThrows(WeightsException.class, () -> HuggingFaceVit.open(folder));
    String message = String.valueOf(e.getMessage());
    assertTrue(message.contains("in the file and not wanted (16): encoder.layer.1."), message);
  }

  @ParameterizedTest
  @CsvSource({
    "'\"hidden_act\": \"gelu\"','\"hidden_act\": \"relu\"',hidden_act: got relu",
    "'\"model_type\": \"vit_msn\"','\"model_type\": \"bert\"',model_type: got bert",
    "'\"patch_size\": 16','\"patch_size\": 15',image_size: got 224",
    "'\"patch_size\": 16','\"patch_size\": []',patch_size: got []",
    "'\"qkv_bias\": true','\"qkv_bias\": false',qkv_bias: got false",
    "'{','[',not JSON",
  })
  void open_ofAnUnfitConfiguration_saysWhat(String from, String to, String wanted)
      throws IOException {
    Files.copy(TINY.resolve("model.safetensors"), folder.resolve("model.safetensors"));
    Path file = folder.resolve("config.json");
    Files.writeString(file, Files.readString(TINY.resolve("config.json")).replace(from, to));
    WeightsException e = assertThrows(WeightsException.class, () -> HuggingFaceVit.open(folder));
    String message = String.valueOf(e.getMessage());
    assertTrue(message.startsWith(file + ": " + wanted), message);
  }

  private static void assertSame(HuggingFaceVit.Model wanted, HuggingFaceVit.Model got)
      throws IOException {
    assertEquals(wanted.config(), got.config());
    assertEquals(wanted.weights().shapes(), got.weights().shapes());
    for (String name : wanted.weights().shapes().keySet()) {
      assertArrayEquals(
          wanted.weights().tensor(name).toArray(), got.weights().tensor(name).toArray(), name);
    }
  }
}
