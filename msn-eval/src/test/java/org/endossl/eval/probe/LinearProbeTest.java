package org.endossl.eval.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.endossl.eval.ProgressListener;
import org.endossl.eval.features.FeatureSet;
import org.endossl.eval.metrics.Metrics;
import org.endossl.eval.metrics.MetricsRequest;
import org.endossl.train.config.YamlConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinearProbeTest {
  @TempDir Path temp;

  @Test
  void run_onSeparableFeatures_scoresEveryVideoRight_andWritesWhatMetricsReads()
      throws IOException {
    ProbeResult got =
        LinearProbe.run("clean", Clusters.features(0.05), config(), null, ProgressListener.NONE);
    ProbeResult.Scored test = got.test();
    assertNotNull(test);
    assertEquals(100, test.metrics().endossl().videoF1());
    assertEquals(List.of("video05", "video06"), List.copyOf(test.metrics().confusions().keySet()));
    got.write(temp);
    Path csv = temp.resolve("predictions-test.csv");
    assertEquals(test.metrics().endossl(), Metrics.run(MetricsRequest.of(csv)).result().endossl());
    assertTrue(Files.readString(csv).startsWith("# phase_order: endossl\n"));
    assertEquals(
        got.epochs().size(),
        JsonParser.parseString(Files.readString(temp.resolve("scores.json")))
            .getAsJsonObject()
            .getAsJsonArray("epochs")
            .size());
  }

  @Test
  void run_withTheSameSeed_isTheSame_andLearnsNothingFromTheFramesOrder() throws IOException {
    ProbeConfig config = config();
    ProbeResult first =
        LinearProbe.run("a", Clusters.features(1), config, null, ProgressListener.NONE);
    ProbeResult second =
        LinearProbe.run("a", Clusters.features(1), config, null, ProgressListener.NONE);
    assertEquals(first.epochs(), second.epochs());
    ProbeResult other =
        LinearProbe.run("a", Clusters.features(1), config.withSeed(1), null, ProgressListener.NONE);
    assertTrue(first.epochs().get(0).loss() != other.epochs().get(0).loss());
  }

  @Test
  void bestEpoch_isTheFirstOfTheGreatestValidationScore() throws IOException {
    ProbeResult got =
        LinearProbe.run("a", Clusters.features(2), config(), null, ProgressListener.NONE);
    double best =
        got.epochs().stream().mapToDouble(ProbeResult.Epoch::valMacroF1).max().orElseThrow();
    int first = 0;
    while (got.epochs().get(first).valMacroF1() != best) {
      first++;
    }
    assertEquals(first, got.bestEpoch());
  }

  @Test
  void standardisedFeatures_doNotDependOnTheirScale() throws IOException {
    ProbeConfig config = load("training.standardize=true");
    FeatureSet plain = Clusters.features(1);
    FeatureSet scaled = Clusters.features(1);
    for (int i = 0; i < scaled.matrix().values().length; i++) {
      scaled.matrix().values()[i] = scaled.matrix().values()[i] * 64 + 8;
    }
    ProbeResult a = LinearProbe.run("a", plain, config, null, ProgressListener.NONE);
    ProbeResult b = LinearProbe.run("b", scaled, config, null, ProgressListener.NONE);
    assertEquals(a.epochs().get(5).loss(), b.epochs().get(5).loss(), 1e-4);
  }

  @Test
  void aSplitWithVideosThatAreNotThere_isRefusedByName() throws IOException {
    ProbeConfig config = load("data.split={train: 1-2, validation: '9', test: '5'}");
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> LinearProbe.run("a", Clusters.features(1), config, null, ProgressListener.NONE));
    assertTrue(String.valueOf(e.getMessage()).contains("no features of [video09]"));
  }

  @Test
  void comparison_givesOneLinePerSet_andWantsTheSameFrames() throws IOException {
    ProbeConfig config = config();
    ProbeComparison got =
        ProbeComparison.run(
            List.of(
                new ProbeComparison.Named("clean", Clusters.features(0.05)),
                new ProbeComparison.Named("noise", Clusters.features(30))),
            config,
            ProgressListener.NONE);
    assertEquals(List.of("clean", "noise"), got.table().stream().map(line -> line.name()).toList());
    assertTrue(got.table().get(0).scores().videoF1() > got.table().get(1).scores().videoF1() + 20);
  }

  private static ProbeConfig config() {
    return load("training.epochs=30");
  }

  private static ProbeConfig load(String... overrides) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "data.split={train: 1-3, validation: '4', test: 5-6}",
                "training.epochs=8",
                "training.batch_size=32",
                "training.optimizer.learning_rate=0.01"));
    all.addAll(Arrays.asList(overrides));
    Path root = Path.of("").toAbsolutePath();
    Path file = root.resolveSibling("configs/probe/endossl-linear.yaml");
    try {
      return YamlConfig.load(file, ProbeConfig.class, all);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
