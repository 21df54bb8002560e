package org.endossl.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.types.TFloat32;

class HuggingFaceFilesTest {
  @TempDir private Path folder;

  /** Files that transformers wrote, by PyTorch's pickle and under the names of its version 5. */
  @ParameterizedTest
  @ValueSource(strings = {"hf_bin", "hf_bin/pytorch_model.bin", "hf_bin_sharded", "hf_modules"})
  void everyLayout_givesTransformersHiddenStates(String name) throws IOException {
    Path path = Resources.path(name);
    assertTrue(HuggingFaceVit.isOne(path));
    HuggingFaceVit.Model model = HuggingFaceVit.open(path);
    Safetensors expected = Safetensors.open(Resources.path("hf_bin/expected.safetensors"));
    HostTensor pixels = expected.tensor("pixel_values_nchw");
    try (Lab lab = new Lab()) {
      VariableStore store = new VariableStore(lab.tf, "", 0);
      Vit.Weights weights = Vit.create(store, model.config());
      Operand<TFloat32> images =
          lab.tf.linalg.transpose(
              lab.constant(pixels.shape(), pixels.toArray()),
              lab.tf.constant(new int[] {0, 2, 3, 1}));
      Vit.Output output = Vit.forward(lab.tf, weights, model.config(), images, null);
      Session session = lab.session(List.of());
      WeightLoader.build(lab.tf, store.variables()).assign(session, model.weights());
      Lab.assertClose(
          expected.tensor("last_hidden_state").toArray(),
          Lab.floats(session, output.tokens()),
          2e-5,
          name);
    }
  }

  @Test
  void export_ofAPickle_isBitEqual() throws IOException {
    HuggingFaceVit.Model model = HuggingFaceVit.open(Resources.path("hf_bin"));
    HuggingFaceVit.export(folder.resolve("out"), model.config(), model.weights());
    TorchFile before = TorchFile.open(Resources.path("hf_bin/pytorch_model.bin"));
    Safetensors after = Safetensors.open(folder.resolve("out/model.safetensors"));
    for (String name : after.shapes().keySet()) {
      assertArrayEquals(before.tensor(name).toArray(), after.tensor(name).toArray(), name);
    }
  }

  @Test
  void aWeightThatIsNotFinite_isNamed_andNothingIsWritten() throws IOException {
    HuggingFaceVit.Model model = HuggingFaceVit.open(Resources.path("hf_bin"));
    Map<String, HostTensor> weights = new LinkedHashMap<>();
    for (String name : model.weights().shapes().keySet()) {
      weights.put(name, model.weights().tensor(name));
    }
    HostTensor norm = model.weights().tensor("norm.bias");
    float[] values = norm.toArray();
    values[5] = Float.NaN;
    weights.put("norm.bias", HostTensor.of(norm.shape(), values));
    Path out = folder.resolve("out");
    WeightsException e =
        assertThrows(
            WeightsException.class,
            () -> HuggingFaceVit.export(out, model.config(), TensorSource.of("a run", weights)));
    assertTrue(
        String.valueOf(e.getMessage()).startsWith("a run: norm.bias has NaN at element 5"),
        e.getMessage());
    try (Stream<Path> files = Files.list(out)) {
      assertEquals(List.of(), files.toList());
    }
  }

  @Test
  void aTypeThatIsNotRead_isNamed() throws IOException {
    Path config = Resources.path("hf_bin/config.json");
    Files.copy(config, folder.resolve("config.json"));
    byte[] bytes = Files.readAllBytes(Resources.path("hf_modules/model.safetensors"));
    int length = java.nio.ByteBuffer.wrap(bytes).order(java.nio.ByteOrder.LITTLE_ENDIAN).getInt();
    String header = new String(bytes, 8, length, java.nio.charset.StandardCharsets.UTF_8);
    String changed = header.replaceFirst("(\"vit.layernorm.bias\":\\{\"dtype\":\")F32", "$1I32");
    assertFalse(changed.equals(header));
    System.arraycopy(
        changed.getBytes(java.nio.charset.StandardCharsets.UTF_8), 0, bytes, 8, length);
    Files.write(folder.resolve("model.safetensors"), bytes);
    WeightsException e = assertThrows(WeightsException.class, () -> HuggingFaceVit.open(folder));
    assertTrue(
        String.valueOf(e.getMessage())
            .endsWith(
                "of a type that is not read, wanted F32, F16 or BF16 (1): vit.layernorm.bias I32"),
        e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../x.safetensors",
        "/etc/x.safetensors",
        "..",
        "a/../b.safetensors",
        "x.bin",
        "",
        "a\\\\b.safetensors",
        "C:x.safetensors",
        ".x.safetensors",
        "\\u0000.safetensors"
      })
  void anIndex_namesFilesBesideItOnly(String shard) throws IOException {
    Files.copy(Resources.path("hf_bin/config.json"), folder.resolve("config.json"));
    Path index = folder.resolve("model.safetensors.index.json");
    Files.writeString(index, "{\"weight_map\":{\"a\":\"" + shard + "\"}}");
    WeightsException e = assertThrows(WeightsException.class, () -> HuggingFaceVit.open(folder));
    assertTrue(String.valueOf(e.getMessage()).contains("got the file name"), e.getMessage());
  }

  @Test
  void aDirectoryWithoutWeights_isNone() throws IOException {
    Files.copy(Resources.path("hf_bin/config.json"), folder.resolve("config.json"));
    assertFalse(HuggingFaceVit.isOne(folder));
    WeightsException e = assertThrows(WeightsException.class, () -> HuggingFaceVit.open(folder));
    assertTrue(String.valueOf(e.getMessage()).contains("pytorch_model.bin"), e.getMessage());
  }
}
