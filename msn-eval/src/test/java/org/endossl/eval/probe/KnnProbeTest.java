package org.endossl.eval.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.endossl.eval.ProgressListener;
import org.endossl.train.config.YamlConfig;
import org.junit.jupiter.api.Test;

class KnnProbeTest {
  @Test
  void run_onClusters_findsThem_andNoiseIsWorse() throws IOException {
    KnnConfig config = config("data.split={train: 1-3, validation: '', test: 4-6}");
    ProbeResult clean =
        KnnProbe.run("clean", Clusters.features(0.1), config, ProgressListener.NONE);
    assertNull(clean.validation());
    ProbeResult.Scored test = clean.test();
    assertNotNull(test);
    assertEquals(100, test.metrics().endossl().videoF1());
    ProbeResult.Scored noise =
        KnnProbe.run("noise", Clusters.features(30), config, ProgressListener.NONE).test();
    assertNotNull(noise);
    assertTrue(noise.metrics().endossl().videoF1() < 40);
  }

  @Test
  void moreNeighboursThanFrames_areAllFrames() throws IOException {
    KnnConfig config =
        config("data.split={train: 1, validation: '', test: '2'}", "k=100000", "temperature=0.001");
    ProbeResult.Scored test =
        KnnProbe.run("near", Clusters.features(0.1), config, ProgressListener.NONE).test();
    assertNotNull(test);
    assertEquals(100, test.metrics().endossl().frameAcc());
  }

  private static KnnConfig config(String... overrides) throws IOException {
    Path root = Path.of("").toAbsolutePath();
    return YamlConfig.load(
        root.resolveSibling("configs/probe/knn.yaml"), KnnConfig.class, List.of(overrides));
  }
}
