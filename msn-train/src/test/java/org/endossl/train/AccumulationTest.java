package org.endossl.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.endossl.model.CheckpointIndex;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccumulationTest {
  @TempDir private Path folder;

  /**
   * Twelve frames in batches of 12, whole and in parts; me-max and Sinkhorn over the whole batch.
   */
  @Test
  void partsGiveTheGradientOfTheWholeBatch() throws IOException {
    Path records = TinyRun.records(folder.resolve("r"), 6);
    TinyRun.Heard whole = run(records, "whole", 1, false);
    TinyRun.Heard parted = run(records, "parts", 3, false);
    assertEquals(whole.steps.size(), parted.steps.size());
    for (int i = 0; i < whole.steps.size(); i++) {
      near(whole.steps.get(i).measured(), parted.steps.get(i).measured(), 2e-5);
    }
  }

  /**
   * With BatchNorm parts have statistics of their own: the test above would notice a difference.
   */
  @Test
  @Tag("slow")
  void batchNorm_isTheStatedException() throws IOException {
    Path records = TinyRun.records(folder.resolve("r"), 6);
    TinyRun.Heard whole = run(records, "whole", 1, true);
    TinyRun.Heard parted = run(records, "parts", 3, true);
    MsnGraph.Measured a = whole.steps.get(0).measured();
    MsnGraph.Measured b = parted.steps.get(0).measured();
    assertTrue(Math.abs(a.gradientNorm() - b.gradientNorm()) > 1e-3 * a.gradientNorm());
  }

  @Test
  @Tag("slow")
  void runInParts_resumesWithTheSameBits() throws IOException {
    Path records = TinyRun.records(folder.resolve("r"), 6);
    PretrainConfig config = config(records, 2, true);
    TinyRun.Heard whole = new TinyRun.Heard();
    Pretrainer.run(config, folder.resolve("whole"), whole);
    TinyRun.Heard first = new TinyRun.Heard();
    first.stopAfter = 2;
    Pretrainer.run(config, folder.resolve("part"), first);
    TinyRun.Heard second = new TinyRun.Heard();
    Pretrainer.resume(folder.resolve("part"), second);
    List<Float> losses = new ArrayList<>(first.losses());
    losses.addAll(second.losses());
    assertEquals(whole.losses(), losses);
  }

  /** Parts draw their own patterns of stochastic depth; a whole batch draws that of the first. */
  @Test
  void seedsOfParts_differInStochasticDepthOnly() {
    try (StepSeeds.Values whole = StepSeeds.values(7, 5, 0);
        StepSeeds.Values second = StepSeeds.values(7, 5, 1);
        StepSeeds.Values third = StepSeeds.values(7, 5, 2)) {
      assertEquals(whole.mask(), whole.drop());
      assertEquals(whole.mask(), second.mask());
      assertNotEquals(whole.drop(), second.drop());
      assertNotEquals(second.drop(), third.drop());
    }
  }

  /** With stochastic depth, whose draws both passes over a part and the recomputation repeat. */
  @Test
  void recomputedParts_giveTheWholeBatchsGradientToo() throws IOException {
    Path records = TinyRun.records(folder.resolve("r"), 6);
    TinyRun.Heard kept = new TinyRun.Heard();
    TinyRun.Heard again = new TinyRun.Heard();
    Pretrainer.run(dropping(records, false), folder.resolve("kept"), kept);
    Pretrainer.run(dropping(records, true), folder.resolve("again"), again);
    for (int i = 0; i < kept.steps.size(); i++) {
      near(kept.steps.get(i).measured(), again.steps.get(i).measured(), 2e-5);
    }
    assertTrue(kept.steps.stream().allMatch(s -> s.inputWait() >= 0 && s.inputWait() < 1));
  }

  private static PretrainConfig dropping(Path records, boolean recompute) {
    return TinyRun.config(
        records,
        "optimization.batch_size=12",
        "optimization.epochs=3",
        "optimization.accumulation=3",
        "encoder.drop_path=0.4",
        "optimization.recompute=" + recompute);
  }

  private TinyRun.Heard run(Path records, String name, int parts, boolean batchNorm)
      throws IOException {
    TinyRun.Heard heard = new TinyRun.Heard();
    Checkpoint end = Pretrainer.run(config(records, parts, batchNorm), folder.resolve(name), heard);
    assertTrue(CheckpointIndex.read(end.prefix()).size() > 10);
    return heard;
  }

  private static PretrainConfig config(Path records, int parts, boolean batchNorm) {
    return TinyRun.config(
        records,
        "optimization.batch_size=12",
        "optimization.epochs=4",
        "optimization.accumulation=" + parts,
        "head.batch_norm=" + batchNorm);
  }

  private static void near(MsnGraph.Measured wanted, MsnGraph.Measured got, double bar) {
    assertEquals(wanted.crossEntropy(), got.crossEntropy(), bar * Math.abs(wanted.crossEntropy()));
    assertEquals(wanted.meMax(), got.meMax(), 1e-6 + bar * Math.abs(wanted.meMax()));
    assertEquals(wanted.maxTarget(), got.maxTarget(), bar);
    assertEquals(wanted.gradientNorm(), got.gradientNorm(), 10 * bar * wanted.gradientNorm());
  }
}
