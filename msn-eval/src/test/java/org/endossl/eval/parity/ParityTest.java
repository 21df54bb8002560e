package org.endossl.eval.parity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.endossl.model.HostTensor;
import org.endossl.model.Safetensors;
import org.endossl.model.TensorSource;
import org.endossl.tfrecords.DataException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.ndarray.Shape;

class ParityTest {
  private static final Path SCORES =
      Path.of("src/test/resources/org/endossl/eval/metrics/endossl_metrics.json");
  private static final Path OPTIMIZERS =
      Path.of("src/test/resources/org/endossl/eval/probe/endossl_optimizers.json");
  private static final Path VIT =
      Path.of("../msn-model/src/test/resources/org/endossl/model/vit_msn_tiny");

  private static final Path RESNET =
      Path.of("../msn-model/src/test/resources/org/endossl/model/resnet");

  private static final Path SAVED_MODELS =
      Path.of("../msn-model/src/test/resources/org/endossl/model/savedmodel");

  @TempDir Path temp;

  @Test
  void scores_underAnyName_holdAtTwoDecimals() throws IOException {
    Path file = temp.resolve("anything.json");
    Files.copy(SCORES, file);
    ParityReport report = run(file, null);
    assertTrue(report.holds(), report.toJson());
    assertTrue(report.cases().stream().allMatch(c -> c.difference() == 0));
  }

  @Test
  void oneChangedScore_isMissed() throws IOException {
    String text = Files.readString(SCORES, StandardCharsets.UTF_8);
    String changed =
        Pattern.compile("(\"video_f1\":\\s*)[0-9.]+").matcher(text).replaceFirst("$112.34");
    assertFalse(changed.equals(text));
    Path file = temp.resolve("scores.json");
    Files.writeString(file, changed, StandardCharsets.UTF_8);
    ParityReport report = run(file, null);
    assertFalse(report.holds());
    assertEquals(1, report.cases().stream().filter(c -> !c.holds()).count());
  }

  @Test
  void optimizersMetricsAndCallbacks_hold() throws IOException {
    ParityReport report = run(OPTIMIZERS, null);
    assertTrue(report.holds(), report.toJson());
    assertEquals(10 * 2 + 5 + 2, report.cases().size());
  }

  @Test
  void vit_holds_andWritesWhatItComputedUnderTheExpectedNames() throws IOException {
    Path out = temp.resolve("out");
    ParityReport report = run(VIT, out);
    assertTrue(report.holds(), report.toJson());
    Safetensors computed = Safetensors.open(out.resolve("computed.safetensors"));
    Safetensors expected = Safetensors.open(VIT.resolve("expected.safetensors"));
    for (String name : List.of("last_hidden_state", "hidden_state_1", "attention_last")) {
      assertEquals(expected.tensor(name).shape(), computed.tensor(name).shape(), name);
    }
  }

  @Test
  void vitWithAnotherExpectation_isMissed() throws IOException {
    for (String name : List.of("config.json", "model.safetensors")) {
      Files.copy(VIT.resolve(name), temp.resolve(name));
    }
    Safetensors expected = Safetensors.open(VIT.resolve("expected.safetensors"));
    Map<String, HostTensor> changed = new LinkedHashMap<>();
    for (String name : expected.shapes().keySet()) {
      float[] values = expected.tensor(name).toArray();
      if (name.equals("hidden_state_1")) {
        values[0] += 1e-3f;
      }
      changed.put(name, HostTensor.of(expected.tensor(name).shape(), values));
    }
    changed.put("pooler_output", HostTensor.of(Shape.of(1), 0));
    Path file = temp.resolve("expected.safetensors");
    Safetensors.write(file, TensorSource.of("test", changed), Map.of());
    ParityReport report = run(temp, null);
    assertEquals(
        Map.of(
            "attention_last", ParityCase.Verdict.HOLDS,
            "hidden_state_1", ParityCase.Verdict.MISSED,
            "last_hidden_state", ParityCase.Verdict.HOLDS,
            "pooler_output", ParityCase.Verdict.NOT_SUPPORTED),
        report.cases().stream().collect(Collectors.toMap(ParityCase::name, ParityCase::verdict)));
  }

  @Test
  void viewOperations_hold() throws IOException {
    Path views = Path.of("../msn-data/src/test/resources/golden/views_ops.safetensors");
    ParityReport report = run(views, temp);
    assertTrue(report.holds(), report.toJson());
    assertTrue(Files.exists(temp.resolve("computed.safetensors")));
  }

  @Test
  void randAugmentOperations_hold() throws IOException {
    ParityReport report =
        run(Path.of("../msn-data/src/test/resources/golden/randaug_ops.safetensors"), null);
    assertTrue(report.holds(), report.toJson());
    assertTrue(report.cases().size() > 80, report.cases().size() + " cases");
  }

  @Test
  void resNet_holds_andWritesItsFeatures() throws IOException {
    Path folder = Files.createDirectories(temp.resolve("net"));
    for (Path file : GoldenKind.sorted(RESNET)) {
      Files.copy(file, folder.resolve(file.getFileName()));
    }
    ParityReport report = run(folder, temp.resolve("out"));
    assertTrue(report.holds(), report.toJson());
    Safetensors computed = Safetensors.open(temp.resolve("out/computed.safetensors"));
    assertEquals(Shape.of(2, 128), computed.tensor("features_of_preprocessed").shape());
  }

  @Test
  void savedModels_hold_inBothForms() throws IOException {
    ParityReport report = run(SAVED_MODELS, null);
    assertTrue(report.holds(), report.toJson());
    assertEquals(
        List.of("graph: embedding_of_images_over_255", "stablehlo: embedding_of_images_over_255"),
        report.cases().stream().map(ParityCase::name).toList());
  }

  @Test
  void aParent_runsAllThatItHolds() throws IOException {
    Files.copy(SCORES, temp.resolve("a.json"));
    Files.copy(SCORES, temp.resolve("b.json"));
    Files.writeString(temp.resolve("README.md"), "not golden", StandardCharsets.UTF_8);
    ParityReport report = run(temp, null);
    assertEquals(
        List.of("a.json", "b.json"),
        report.cases().stream().map(ParityCase::golden).distinct().toList());
  }

  @Test
  void nothingRecognised_isBadData() {
    assertThrows(DataException.class, () -> run(temp, null));
    assertThrows(DataException.class, () -> run(temp.resolve("none"), null));
  }

  private static ParityReport run(Path path, @Nullable Path out) throws IOException {
    return Parity.run(new ParityRequest(path, out), (at, of, golden, kind) -> {});
  }
}
