package org.endossl.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands one after the other, on a network that takes a second to train. */
final class ChainTest {
  private static final Path CONFIG = Path.of("../configs/pretrain/msn-vits16-report.yaml");
  static final String SPLIT = "data.split={train: 1, validation: 2, test: 3}";

  /** Real frames, which no repository may hold: beside a checkout, where they are. */
  private static final Path REAL = Path.of("../../shared/golden/tf_cholec80");

  @TempDir Path temp;

  @Test
  void generatedRecords_becomeARun_features_scores_andWeights() throws IOException {
    Path data = temp.resolve("data");
    Path run = temp.resolve("run");
    done("synthetic", "--out", data, "--videos", "3", "--frames", "32", "--size", "48x32");
    done(pretrain(data, SPLIT, run, "optimization.epochs=1"));
    assertEquals(5, Files.readAllLines(run.resolve("metrics.csv")).size(), "header and four steps");
    done("pretrain", "--resume", run);

    Path features = temp.resolve("features");
    done("features", "--weights", run, "--records", data, "--out", features);
    Path probe = temp.resolve("probe");
    Ran probed = done("probe", "--features", features, "--set", SPLIT, "--out", probe);
    assertTrue(probed.out().contains("test videos"), probed.out());
    done("metrics", probe.resolve("predictions-test.csv"));
    done("report", probe, "--out", temp.resolve("report.html"));
    assertTrue(Files.size(temp.resolve("report.html")) > 1000);
    Path weights = temp.resolve("weights");
    done("export", "--weights", run, "--out", weights);
    done("import", "--input", weights, "--out", temp.resolve("again"));
    assertEquals(
        -1,
        Files.mismatch(
            weights.resolve("model.safetensors"),
            temp.resolve("again").resolve("model.safetensors")));
  }

  @Test
  void realFrames_areInspected_trainedOn_andEmbedded() throws IOException {
    assumeTrue(Files.isDirectory(REAL), "skipped: no real frames at " + REAL.toAbsolutePath());
    Ran inspected = done("records", "inspect", REAL, "--json");
    assertEquals(24, inspected.out().lines().count());
    Path run = temp.resolve("run");
    done(
        pretrain(
            REAL, "data.split={train: '1, 41', validation: '', test: 49}", run, "run.max_steps=1"));
    done("features", "--weights", run, "--records", REAL, "--out", temp.resolve("features"));
  }

  @Test
  void unknownKey_isWrongUse_andNothingIsWritten() {
    Path run = temp.resolve("run");
    Ran ran = endossl(pretrain(temp, SPLIT, run, "optimization.epoch=1"));
    assertEquals(2, ran.code());
    assertTrue(ran.err().contains("optimization.epoch"), ran.err());
    assertTrue(Files.notExists(run));
  }

  @Test
  void missingRecords_areBadData_andNothingIsWritten() {
    Path run = temp.resolve("run");
    Ran ran = endossl(pretrain(temp.resolve("none"), SPLIT, run, "optimization.epochs=1"));
    assertEquals(3, ran.code(), ran.err());
    assertTrue(ran.err().contains("none"), ran.err());
    assertTrue(Files.notExists(run));
  }

  static Object[] pretrain(Path data, String split, Path run, String last) {
    List<Object> words = new ArrayList<>(List.of("pretrain", "--config", CONFIG, "--out", run));
    for (String set :
        List.of(
            "data.records=[" + data + "]",
            split,
            "views.rand_size=32",
            "encoder={image_size: 32, patch_size: 16, width: 24, depth: 2, heads: 3, mlp_ratio: 4,"
                + " layer_norm_eps: 1e-6, drop_path: 0.0}",
            "head={hidden: 32, output: 16, batch_norm: true}",
            "criterion.prototypes=16",
            "optimization.batch_size=8",
            "optimization.warmup_epochs=0",
            last)) {
      words.add("--set");
      words.add(set);
    }
    return words.toArray();
  }

  private static Ran done(Object... words) {
    Ran ran = endossl(words);
    assertEquals(0, ran.code(), ran.err());
    return ran;
  }

  private static Ran endossl(Object... words) {
    return Ran.endossl(List.of(words).stream().map(String::valueOf).toArray(String[]::new));
  }
}
