package org.endossl.eval;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.endossl.data.Normalization;
import org.endossl.eval.features.FeatureSet;
import org.endossl.eval.features.Features;
import org.endossl.eval.features.FeaturesRequest;
import org.endossl.eval.features.FrameTable;
import org.endossl.eval.features.Frames;
import org.endossl.eval.features.Matrix;
import org.endossl.model.HuggingFaceVit;
import org.endossl.model.VariableStore;
import org.endossl.model.Vit;
import org.endossl.model.VitConfig;
import org.endossl.model.WeightLoader;
import org.endossl.model.WeightsException;
import org.endossl.tfrecords.Compression;
import org.endossl.tfrecords.PhaseOrder;
import org.endossl.train.Checkpoint;
import org.endossl.train.PretrainConfig;
import org.endossl.train.PretrainProgress;
import org.endossl.train.Pretrainer;
import org.endossl.train.config.YamlConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;

class EncoderTest {
  private static final VitConfig TINY = new VitConfig(32, 16, 24, 2, 2, 2, 1e-6, 0);

  @TempDir Path temp;

  @Test
  void aRunsTargetEncoder_startsAsRandomOfItsSeed_andIsFoundByFolderAndPrefix() throws IOException {
    Path records = Frames.write(temp.resolve("a.tfrecord"), 2, 4, Compression.NONE);
    Path run = temp.resolve("run");
    Checkpoint last = Pretrainer.run(config(records), run, new Deaf());
    float[] byFolder = features(run.toString(), records);
    assertArrayEquals(byFolder, features(last.prefix().toString(), records));
    // Two steps of a moving average leave the target near where it started.
    float[] start = features("random:" + run + ":5", records);
    float[] other = features("random:" + run + ":6", records);
    double moved = distance(byFolder, start);
    assertTrue(moved > 0 && moved < 0.05 * distance(byFolder, other), "moved " + moved);

    Path data = Path.of(last.prefix() + ".data-00000-of-00001");
    byte[] bytes = Files.readAllBytes(data);
    Files.write(data, new byte[100]);
    assertThrows(WeightsException.class, () -> features(run.toString(), records));
    Files.write(data, bytes);
  }

  @Test
  void aHuggingFaceFolder_ofTheSameWeights_givesTheSameFeatures() throws IOException {
    Path records = Frames.write(temp.resolve("a.tfrecord"), 1, 3, Compression.NONE);
    Path folder = temp.resolve("hf");
    try (Graph graph = new Graph();
        Session session = new Session(graph)) {
      Ops tf = Ops.create(graph);
      VariableStore store = new VariableStore(tf, "", 5);
      Vit.create(store, TINY);
      WeightLoader loader = WeightLoader.build(tf, store.variables());
      Session.Runner runner = session.runner();
      store.variables().forEach(v -> runner.addTarget(v.initializer()));
      runner.run().close();
      HuggingFaceVit.export(folder, TINY, loader.read(session));
    }
    WeightsSource random = new WeightsSource.RandomVit(TINY, Normalization.IMAGENET, 5);
    assertArrayEquals(run(random, records).matrix().values(), features(folder.toString(), records));
  }

  @Test
  void theTokenBeforeTheNorm_isWhatTheNormIsTakenOf_andHasAKeyOfItsOwn() throws IOException {
    Path records = Frames.write(temp.resolve("a.tfrecord"), 1, 3, Compression.NONE);
    WeightsSource weights = new WeightsSource.RandomVit(TINY, Normalization.IMAGENET, 5);
    FeatureSet after = run(weights, records);
    FeatureSet before = run(weights.token(Token.BEFORE_NORM), records);
    assertNotEquals(after.info().key(), before.info().key());
    assertEquals(Token.AFTER_NORM, Token.of(after.info().encoder()));
    assertEquals(Token.BEFORE_NORM, Token.of(before.info().encoder()));
    Matrix x = before.matrix();
    for (int i = 0; i < x.rows(); i++) {
      double mean = 0;
      double squares = 0;
      for (int k = 0; k < x.columns(); k++) {
        mean += x.values()[x.start(i) + k] / (double) x.columns();
      }
      for (int k = 0; k < x.columns(); k++) {
        squares += Math.pow(x.values()[x.start(i) + k] - mean, 2);
      }
      double deviation = Math.sqrt(squares / x.columns() + TINY.layerNormEps());
      for (int k = 0; k < x.columns(); k++) {
        int at = x.start(i) + k;
        // Random weights start with scales of 1 and shifts of 0.
        assertEquals(after.matrix().values()[at], (x.values()[at] - mean) / deviation, 1e-4);
      }
    }
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> run(WeightsSource.parse("mean-colour").token(Token.BEFORE_NORM), records));
    assertTrue(String.valueOf(e.getMessage()).contains("data.token=after_norm"), e.getMessage());
  }

  @Test
  void realCholec80Frames_giveRowsInTheIndexOrder() throws IOException {
    Path golden = golden();
    for (String file : List.of("video01.tfrecord", "video41.tfrecord", "video49.tfrecord.gz")) {
      Files.copy(golden.resolve(file), temp.resolve(file));
    }
    FeatureSet got = run(new WeightsSource.RandomVit(TINY, Normalization.IMAGENET, 1), temp);
    List<JsonElement> expected =
        JsonParser.parseString(
                Files.readString(golden.resolve("expected.json"), StandardCharsets.UTF_8))
            .getAsJsonArray()
            .asList();
    assertEquals(expected.size(), got.frames().size());
    for (int i = 0; i < expected.size(); i++) {
      JsonObject want = expected.get(i).getAsJsonObject();
      FrameTable.Row row = got.frames().rows().get(i);
      assertEquals(want.get("video_id").getAsString(), row.video());
      assertEquals(want.get("frame_id").getAsLong(), row.frame());
      assertEquals(
          PhaseOrder.TF_CHOLEC80.names().get(want.get("phase").getAsInt()),
          PhaseOrder.ENDOSSL.names().get(row.phase()));
    }
    assertEquals(expected.size(), got.matrix().rows());
  }

  private static Path golden() {
    Path found = null;
    String named = System.getProperty("endossl.shared");
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      Path folder =
          (named == null ? at.resolve("shared") : Path.of(named)).resolve("golden/tf_cholec80");
      if (found == null && Files.isDirectory(folder)) {
        found = folder;
      }
    }
    assumeTrue(
        found != null, "skipped: no shared/golden/tf_cholec80; name shared by -Dendossl.shared");
    return Objects.requireNonNull(found);
  }

  private static double distance(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (a[i] - b[i]) * (double) (a[i] - b[i]);
    }
    return Math.sqrt(sum);
  }

  private static float[] features(String weights, Path records) throws IOException {
    return run(WeightsSource.parse(weights), records).matrix().values();
  }

  private static FeatureSet run(WeightsSource weights, Path records) throws IOException {
    return Features.run(
        new FeaturesRequest(
            weights, List.of(records.toString()), List.of(), null, 4, 1, null, null),
        ProgressListener.NONE);
  }

  private static PretrainConfig config(Path records) throws IOException {
    Path root = Path.of("").toAbsolutePath();
    return YamlConfig.load(
        root.resolveSibling("configs/pretrain/msn-vits16-report.yaml"),
        PretrainConfig.class,
        List.of(
            "seed=5",
            "data.records=[\"" + records + "\"]",
            "data.split={train: 1-2, validation: '', test: ''}",
            "data.shuffle=8",
            "data.workers=1",
            "views.rand_size=32",
            "encoder={image_size: 32, patch_size: 16, width: 24, depth: 2, heads: 2, mlp_ratio: 2,"
                + " layer_norm_eps: 1e-6, drop_path: 0}",
            "head={hidden: 16, output: 8, batch_norm: true}",
            "criterion.prototypes=8",
            "optimization.batch_size=4",
            "optimization.epochs=3",
            "run.max_steps=2"));
  }

  private static final class Deaf implements PretrainProgress.Listener {
    @Override
    public void step(PretrainProgress progress) {}

    @Override
    public void phase(String what) {}
  }
}
