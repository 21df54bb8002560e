package org.endossl.model;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipFile;
import org.endossl.model.resnet.KerasWeightsFile;
import org.endossl.model.savedmodel.SavedModelFile;
import org.endossl.model.serving.ImageScale;
import org.endossl.model.serving.SavedModelExport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;

/** Every parser of weights against damaged files; see {@link Fuzz}. */
class WeightsFuzzTest {
  private static final long USUAL = 1000;
  private static final long SEED = Long.getLong("endossl.fuzz.seed", 20);

  @TempDir private Path folder;

  @Test
  void safetensors(TestReporter report) throws IOException {
    List<byte[]> seeds =
        List.of(
            safetensors(
                "{\"__metadata__\":{\"format\":\"pt\"},"
                    + "\"a\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]},"
                    + "\"b\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[8,16]}}",
                16),
            safetensors(
                "{\"x.y\":{\"dtype\":\"F16\",\"shape\":[3],\"data_offsets\":[0,6]},"
                    + "\"z\":{\"dtype\":\"BF16\",\"shape\":[1,1],\"data_offsets\":[6,8]},"
                    + "\"e\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[8,8]}}",
                8));
    check(report, "safetensors", seeds, "f.safetensors", file -> readAll(Safetensors.open(file)));
  }

  @Test
  void shardIndex(TestReporter report) throws IOException {
    byte[] shard =
        safetensors("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8);
    Files.write(folder.resolve("m-1.safetensors"), shard);
    Files.write(folder.resolve("m-2.safetensors"), shard);
    List<byte[]> seeds =
        List.of(
            bytes(
                "{\"metadata\": {\"total_size\": 16}, \"weight_map\":"
                    + " {\"a\": \"m-1.safetensors\"}}"),
            bytes("{\"weight_map\":{\"a\":\"m-2.safetensors\",\"b\":\"m-1.safetensors\"}}"),
            bytes("{\"weight_map\":{}}"));
    check(
        report,
        "shard index",
        seeds,
        "model.safetensors.index.json",
        file -> readAll(Shards.open(file, ".safetensors")));
  }

  @Test
  void configuration(TestReporter report) throws IOException {
    List<byte[]> seeds = List.of(Files.readAllBytes(Resources.path("hf_bin/config.json")));
    check(report, "config.json", seeds, "config.json", HuggingFaceConfig::open);
  }

  @Test
  void torchFile(TestReporter report) throws IOException {
    List<byte[]> seeds =
        List.of(
            Files.readAllBytes(Resources.path("torch.pth")),
            Files.readAllBytes(Resources.path("torch-legacy.pth")));
    check(report, "torch file", seeds, "f.pth", file -> readAll(TorchFile.open(file)));
  }

  @Test
  void pickle(TestReporter report) throws IOException {
    List<byte[]> seeds = new ArrayList<>();
    try (ZipFile zip = new ZipFile(Resources.path("torch.pth").toFile())) {
      var entry = zip.stream().filter(e -> e.getName().endsWith("data.pkl")).findAny();
      try (var in = zip.getInputStream(entry.orElseThrow())) {
        seeds.add(in.readAllBytes());
      }
    }
    check(
        report,
        "pickle",
        seeds,
        "data.pkl",
        file -> {
          try {
            Pickle.read(new ByteArrayInputStream(Files.readAllBytes(file)));
          } catch (Pickle.Fault e) { // TorchFile makes a WeightsException of it
            throw new WeightsException(String.valueOf(e.getMessage()), e);
          }
        });
  }

  @Test
  void checkpointIndex(TestReporter report) throws IOException {
    Path prefix = folder.resolve("seed/step");
    try (Lab lab = new Lab()) {
      VariableStore store = new VariableStore(lab.tf, "target.", 0);
      Vit.create(store, new VitConfig(8, 4, 4, 1, 1, 2, 1e-6, 0));
      CheckpointOps.build(lab.tf, store.variables()).save(lab.session(store.variables()), prefix);
    }
    List<byte[]> seeds = List.of(Files.readAllBytes(Path.of(prefix + ".index")));
    Path damaged = folder.resolve("step");
    check(report, "checkpoint index", seeds, "step.index", file -> CheckpointIndex.read(damaged));
  }

  @Test
  void kerasWeights(TestReporter report) throws IOException {
    List<byte[]> seeds = List.of(Files.readAllBytes(Resources.path("small.h5")));
    check(report, "HDF5", seeds, "f.h5", file -> readAll(KerasWeightsFile.open(file)));
  }

  @Test
  void savedModel(TestReporter report) throws IOException {
    HuggingFaceVit.Model model = HuggingFaceVit.open(Resources.path("hf_bin"));
    Path whole = folder.resolve("whole");
    List<Double> any = List.of(0.5, 0.5, 0.5);
    SavedModelExport.write(
        whole,
        new SavedModelExport.Model(model.config(), model.weights(), any, any, ImageScale.UNIT));
    List<byte[]> seeds = List.of(Files.readAllBytes(whole.resolve("saved_model.pb")));
    check(
        report,
        "saved_model.pb",
        seeds,
        "whole/saved_model.pb",
        file -> SavedModelFile.open(whole));
  }

  private void check(
      TestReporter report, String what, List<byte[]> seeds, String name, Fuzz.Parser parser)
      throws IOException {
    Fuzz.Outcome outcome = Fuzz.run(seeds, folder.resolve(name), parser, Fuzz.files(USUAL), SEED);
    report.publishEntry(what, outcome.toString());
    assertTrue(outcome.read() > 0, outcome::toString);
    assertTrue(outcome.messages().size() > 2, outcome::toString);
  }

  private static void readAll(TensorSource source) throws IOException {
    for (String name : source.shapes().keySet()) {
      source.tensor(name);
    }
  }

  private static byte[] safetensors(String header, int data) {
    byte[] json = bytes(header);
    return ByteBuffer.allocate(8 + json.length + data)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(json.length)
        .put(json)
        .array();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
