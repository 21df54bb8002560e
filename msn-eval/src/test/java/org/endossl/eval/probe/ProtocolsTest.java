package org.endossl.eval.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.endossl.eval.ProgressListener;
import org.endossl.eval.features.FeatureSet;
import org.endossl.eval.lowshot.Lowshot;
import org.endossl.eval.lowshot.LowshotConfig;
import org.endossl.eval.lowshot.LowshotResult;
import org.endossl.eval.metrics.Bootstrap;
import org.endossl.eval.metrics.Wilcoxon;
import org.endossl.eval.temporal.TemporalConfig;
import org.endossl.eval.temporal.TemporalProbe;
import org.endossl.model.Safetensors;
import org.endossl.train.config.YamlConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.ndarray.Shape;

/** The files of {@code configs/probe} on features whose phase is known. */
class ProtocolsTest {
  private static final String SPLIT = "data.split={train: 1-3, validation: '4', test: 5-6}";

  @TempDir Path temp;

  @Test
  void msnLinear_learns() throws IOException {
    ProbeConfig config =
        load("msn-linear.yaml", ProbeConfig.class, "training.epochs=20", "training.batch_size=32");
    ProbeResult got =
        LinearProbe.run("a", Clusters.features(0.3), config, null, ProgressListener.NONE);
    ProbeResult.Scored test = got.test();
    assertNotNull(test);
    assertTrue(test.metrics().endossl().videoF1() > 90, "" + test.metrics().endossl());
  }

  @Test
  void theBestLayer_isKeptWhileItIsTrained_andFeaturesOfTheOtherToken_areRefused()
      throws IOException {
    FeatureSet features = Clusters.features(0.3);
    ProbeConfig config =
        load("msn-linear.yaml", ProbeConfig.class, "training.epochs=3", "training.batch_size=32");
    List<Boolean> there = new ArrayList<>();
    LinearProbe.run(
        "a",
        features,
        config,
        temp,
        progress -> there.add(Files.exists(temp.resolve("head.safetensors"))));
    assertEquals(List.of(true, true, true), there);
    Safetensors head = Safetensors.open(temp.resolve("head.safetensors"));
    assertEquals(Shape.of(12, 7), head.entry("classifier.kernel").shape());
    assertEquals(Shape.of(12), head.entry("norm.shift").shape());
    features.write(temp.resolve("features"));
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> Probe.read(temp.resolve("features"), config.data()));
    assertTrue(
        String.valueOf(e.getMessage()).contains("endossl features --token before_norm"),
        e.getMessage());
  }

  @Test
  void sweep_isChosenByTheValidationVideosAlone_andWantsSome() throws IOException {
    String[] rates = {
      "training.epochs=4",
      "training.batch_size=32",
      "sweep.learning_rates=[1e-6, 0.03]",
      "sweep.weight_decays=[0.0, 1e-4]"
    };
    ProbeConfig config = load("endossl-linear-sweep.yaml", ProbeConfig.class, rates);
    ProbeResult got =
        LinearProbe.run("a", Clusters.features(1), config, null, ProgressListener.NONE);
    assertEquals(4, got.sweep().size());
    double best =
        got.sweep().stream().mapToDouble(ProbeResult.Trial::validation).max().orElseThrow();
    assertEquals(best, got.epochs().get(got.bestEpoch()).valMacroF1());
    List<String> without = new ArrayList<>(Arrays.asList(rates));
    without.add("data.split={train: 1-3, validation: '', test: 5-6}");
    ProbeConfig blind =
        load("endossl-linear-sweep.yaml", ProbeConfig.class, without.toArray(String[]::new));
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> LinearProbe.run("a", Clusters.features(1), blind, null, ProgressListener.NONE));
    assertTrue(String.valueOf(e.getMessage()).contains("the test videos may not choose"));
  }

  @Test
  void cosine_endsAtZero_andNesterovLooksAhead() {
    assertEquals(1, LayerConfig.Schedule.COSINE.at(0, 10));
    assertEquals(0.5, LayerConfig.Schedule.COSINE.at(5, 10), 1e-12);
    assertEquals(0, LayerConfig.Schedule.COSINE.at(10, 10), 1e-12);
    Optimizer optimizer =
        new Optimizer(new OptimizerConfig(OptimizerConfig.Name.NESTEROV, 0.1, 0.9, 0), 1, 1);
    float[] p = {1};
    optimizer.apply(p, new float[] {1}); // buffer 1, step 0.1 * (1 + 0.9)
    assertEquals(0.81f, p[0], 1e-6f);
    optimizer.apply(p, new float[] {1}); // buffer 1.9, step 0.1 * (1 + 1.71)
    assertEquals(0.539f, p[0], 1e-6f);
  }

  @Test
  void tools_areFoundWhereTheyAre() throws IOException {
    ToolProbeConfig config =
        load(
            "tools.yaml",
            ToolProbeConfig.class,
            "training.optimizer.learning_rate=0.03",
            "training.epochs=15",
            "training.batch_size=32");
    ToolProbe got = ToolProbe.run("a", Clusters.features(0.2), config, null, ProgressListener.NONE);
    ToolProbe.Scored test = got.test();
    assertNotNull(test);
    assertTrue(test.scores().average().map() > 95, "" + test.scores());
    assertTrue(test.scores().precision() > 0.95 && test.scores().prAuc() > 0.95);
    got.write(temp);
    assertTrue(Files.readString(temp.resolve(ToolProbe.FILE)).contains("\"map\""));
    assertEquals(281, Files.readAllLines(temp.resolve("tool-probabilities-test.csv")).size());
  }

  @Test
  void lowshot_countsLabels_repeats_andScoresTheClaim() throws IOException {
    LowshotConfig config =
        load(
            "msn-lowshot.yaml",
            LowshotConfig.class,
            "videos=[1, 2]",
            "percent=[5, 50, 100]",
            "seeds=[0, 1, 2]");
    LowshotResult got = Lowshot.run("a", Clusters.features(1), config, ProgressListener.NONE);
    assertEquals(
        List.of(140, 280, 21, 210, 420),
        got.points().stream().map(p -> p.draws().get(0).frames()).toList());
    assertEquals(List.of(3, 3, 3, 3, 1), got.points().stream().map(p -> p.draws().size()).toList());
    assertTrue(got.points().get(2).mean() < got.points().get(4).mean());
    assertTrue(got.points().get(2).deviation() > 0);
    assertNotNull(got.claim());
    assertEquals(
        got.points().get(3).mean() - got.points().get(4).mean(), got.claim().difference(), 0.011);
    LowshotResult again = Lowshot.run("a", Clusters.features(1), config, ProgressListener.NONE);
    assertEquals(got.points(), again.points());
    got.write(temp);
    String json = Files.readString(temp.resolve(LowshotResult.FILE));
    assertTrue(json.contains(got.claim().sentence()), json);
    assertEquals(
        LowshotResult.Claim.Verdict.YES, claim(-0.9, -0.2).verdict(), "lower, but within a point");
    assertEquals(LowshotResult.Claim.Verdict.NO, claim(-3, -0.2).verdict());
    assertEquals(LowshotResult.Claim.Verdict.UNDECIDED, claim(-3, 2).verdict());
    assertEquals(LowshotResult.Claim.Verdict.UNDECIDED, claim(Double.NaN, Double.NaN).verdict());
  }

  private static LowshotResult.Claim claim(double low, double high) {
    return new LowshotResult.Claim(
        -0.5, new Bootstrap.Interval(low, high, 9), Wilcoxon.of(new double[] {1, -2}));
  }

  @Test
  void temporalHeads_learn() throws IOException {
    for (String file : List.of("tecno.yaml", "lstm.yaml")) {
      boolean tcn = file.equals("tecno.yaml");
      TemporalConfig config =
          load(
              file,
              TemporalConfig.class,
              tcn ? "head.layers=4" : "head.chunk=20",
              "head.width=16",
              "training.learning_rate=0.01",
              "training.epochs=" + (tcn ? 25 : 20));
      ProbeResult got = TemporalProbe.run("a", Clusters.features(1), config, ProgressListener.NONE);
      ProbeResult.Scored test = got.test();
      assertNotNull(test);
      assertTrue(test.metrics().endossl().frameAcc() > 85, file + test.metrics().endossl());
      assertEquals(280, test.predictions().size());
    }
  }

  private static <T extends Record> T load(String file, Class<T> type, String... overrides)
      throws IOException {
    List<String> all = new ArrayList<>(List.of(SPLIT));
    all.addAll(Arrays.asList(overrides));
    Path root = Path.of("").toAbsolutePath();
    return YamlConfig.load(root.resolveSibling("configs/probe/" + file), type, all);
  }
}
