package org.endossl.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.endossl.model.CheckpointIndex;
import org.endossl.model.WeightsException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImportedRunTest {
  private static final Path RESOURCES =
      Path.of("../msn-model/src/test/resources/org/endossl/model");
  private static final Path FILE = RESOURCES.resolve("msn_opt/msn-ep2.pth.tar");

  @TempDir private Path folder;

  private static PretrainConfig config(Path records, String... more) throws IOException {
    String[] own = {
      "encoder={image_size: 16, patch_size: 8, width: 12, depth: 1, heads: 2, mlp_ratio: 2,"
          + " layer_norm_eps: 1e-6, drop_path: 0.0}",
      "head={hidden: 10, output: 6, batch_norm: true}",
      "criterion.prototypes=5",
      "optimization.epochs=4"
    };
    String[] all = java.util.Arrays.copyOf(own, own.length + more.length);
    System.arraycopy(more, 0, all, own.length, more.length);
    return TinyRun.config(records, all);
  }

  /** 14 frames in batches of 4: 3 steps in an epoch, as the checkpoint's 6 steps in 2 epochs. */
  @Test
  void pretrain_goesOnWhereTheCheckpointStood() throws IOException {
    Path run = folder.resolve("run");
    Checkpoint written =
        ImportedRun.write(
            FILE, config(TinyRun.records(folder.resolve("r"), 7), "run.max_steps=8"), run);
    assertEquals(new Checkpoint.State(6, 2, 0, 3, 0.5), written.state());
    Set<String> keys = CheckpointIndex.read(written.prefix()).keySet();
    TinyRun.Heard heard = new TinyRun.Heard();
    Checkpoint end = Pretrainer.resume(run, heard);
    assertEquals(8, end.state().step());
    assertEquals(2, heard.steps.size());
    assertEquals(6, heard.steps.get(0).step());
    assertEquals(2, heard.steps.get(0).epoch());
    assertEquals(keys, CheckpointIndex.read(end.prefix()).keySet());
  }

  @Test
  void otherRecords_areRefused() throws IOException {
    Path run = folder.resolve("run");
    ImportedRun.write(FILE, config(TinyRun.records(folder.resolve("r"), 12)), run);
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> Pretrainer.resume(run, new TinyRun.Heard()));
    assertTrue(String.valueOf(e.getMessage()).contains("3 steps per epoch"), e.getMessage());
  }

  @Test
  void anotherNetwork_isRefused_andNothingIsLeft() throws IOException {
    PretrainConfig other = config(folder, "criterion.prototypes=6", "head.hidden=11");
    Path run = folder.resolve("run");
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> ImportedRun.write(FILE, other, run));
    String message = String.valueOf(e.getMessage());
    assertTrue(message.contains("criterion.prototypes: got 6, the file has 5"), message);
    assertTrue(message.contains("head: got "), message);
    assertFalse(Files.exists(run));
  }

  @Test
  void aCheckpointWithoutOptimizer_isRefused() throws IOException {
    PretrainConfig config =
        TinyRun.config(
            folder,
            "encoder={image_size: 224, patch_size: 16, width: 24, depth: 2, heads: 3, mlp_ratio: 4,"
                + " layer_norm_eps: 1e-6, drop_path: 0.0}",
            "views.rand_size=224",
            "views.focal_size=96",
            "head={hidden: 48, output: 24, batch_norm: true}",
            "criterion.prototypes=32");
    Path file = RESOURCES.resolve("msn_tiny/msn-ep3.pth.tar");
    WeightsException e =
        assertThrows(
            WeightsException.class, () -> ImportedRun.write(file, config, folder.resolve("run")));
    assertTrue(String.valueOf(e.getMessage()).contains("no optimizer state"), e.getMessage());
    assertFalse(Files.exists(folder.resolve("run")));
  }
}
