package org.endossl.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.endossl.tfrecords.BadRecords;
import org.endossl.train.config.ConfigException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs whose batches are cut among devices, and whose batches are staged on them. */
class TowersRunTest {
  @TempDir private Path folder;

  /** Twelve frames in batches of four, two epochs: six steps, a checkpoint after each third. */
  private PretrainConfig config(String... overrides) throws IOException {
    Path records = folder.resolve("records");
    return TinyRun.config(
        Files.isDirectory(records) ? records : TinyRun.records(records, 6), overrides);
  }

  private static SessionOptions on(int devices, boolean staged) {
    return new SessionOptions(0, 0, false, SessionOptions.Device.CPU, devices, staged);
  }

  private Checkpoint run(
      String name, PretrainConfig config, SessionOptions options, TinyRun.Heard heard)
      throws IOException {
    return Pretrainer.run(config, folder.resolve(name), BadRecords.fail(), options, heard);
  }

  private Checkpoint resume(String name, SessionOptions options, TinyRun.Heard heard)
      throws IOException {
    return Pretrainer.resume(folder.resolve(name), BadRecords.fail(), options, heard);
  }

  private static byte[] weights(Checkpoint at) throws IOException {
    return Files.readAllBytes(
        at.prefix().resolveSibling(at.prefix().getFileName() + ".data-00000-of-00001"));
  }

  @ParameterizedTest
  @CsvSource({"2, false, 1", "4, true, 1", "2, false, 2"})
  void run_isThatOfOneDevice(int devices, boolean staged, int parts) throws IOException {
    String accumulation = "optimization.accumulation=" + parts;
    TinyRun.Heard one = new TinyRun.Heard();
    run("one", config(accumulation), on(1, false), one);
    TinyRun.Heard several = new TinyRun.Heard();
    run("several", config(accumulation), on(devices, staged), several);
    near(one, several, 2e-3);
    PretrainConfig written = Checkpoint.open(folder.resolve("several")).config();
    assertEquals(devices, written.compute().count(), "resuming needs no option");
  }

  private static void near(TinyRun.Heard wanted, TinyRun.Heard got, double bar) {
    assertEquals(6, wanted.steps.size());
    assertEquals(wanted.steps.size(), got.steps.size());
    for (int i = 0; i < wanted.steps.size(); i++) {
      MsnGraph.Measured a = wanted.steps.get(i).measured();
      MsnGraph.Measured b = got.steps.get(i).measured();
      assertEquals(a.loss(), b.loss(), bar * Math.abs(a.loss()), "loss of step " + i);
      assertEquals(a.gradientNorm(), b.gradientNorm(), 10 * bar * a.gradientNorm(), "step " + i);
    }
  }

  @Test
  @Tag("slow")
  void resumed_hasTheSameBits_alsoStaged() throws IOException {
    TinyRun.Heard whole = new TinyRun.Heard();
    Checkpoint end = run("whole", config(), on(2, true), whole);
    TinyRun.Heard first = new TinyRun.Heard();
    first.stopAfter = 2; // in the middle of an epoch, with the third batch staged
    run("part", config(), on(2, true), first);
    TinyRun.Heard second = new TinyRun.Heard();
    Checkpoint resumed = resume("part", on(0, true), second);
    List<Float> losses = new ArrayList<>(first.losses());
    losses.addAll(second.losses());
    assertEquals(whole.losses(), losses);
    assertArrayEquals(weights(end), weights(resumed));
  }

  @Test
  @Tag("slow")
  void resumedOnAnotherNumber_goesOn() throws IOException {
    TinyRun.Heard whole = new TinyRun.Heard();
    run("whole", config(), on(1, false), whole);
    TinyRun.Heard heard = new TinyRun.Heard();
    heard.stopAfter = 2;
    run("part", config(), on(4, false), heard);
    heard.stopAfter = Long.MAX_VALUE;
    resume("part", on(2, false), heard);
    near(whole, heard, 2e-3);
  }

  /** A batch that was staged is the one that would have been read: no bit differs. */
  @Test
  void stagedRun_hasTheBitsOfOneThatIsNot() throws IOException {
    TinyRun.Heard read = new TinyRun.Heard();
    Checkpoint end = run("read", config(), on(1, false), read);
    TinyRun.Heard staged = new TinyRun.Heard();
    Checkpoint stagedEnd = run("staged", config(), on(1, true), staged);
    assertEquals(read.losses(), staged.losses());
    assertArrayEquals(weights(end), weights(stagedEnd));
    assertTrue(staged.steps.stream().allMatch(s -> s.inputWait() >= 0 && s.inputWait() < 1));
  }

  /** Steps that are taken again, a batch that is left out, and the end when one more diverges. */
  @Test
  @Tag("slow")
  void stagedRun_goesBackAfterDivergence() throws IOException {
    String[] wild = {
      "run.divergence={policy: rollback, rollback_steps: 2, most: 1}",
      "run.checkpoint_steps=1",
      "run.keep_checkpoints=100",
      "optimization.start_lr=1000",
      "optimization.lr=1000",
      "optimization.weight_decay=1000",
      "optimization.final_weight_decay=1000",
      "optimization.epochs=20"
    };
    TinyRun.Heard read = new TinyRun.Heard();
    String said = end("read", config(wild), on(1, false), read);
    TinyRun.Heard staged = new TinyRun.Heard();
    assertEquals(said, end("staged", config(wild), on(1, true), staged));
    assertEquals(read.losses(), staged.losses());
    assertTrue(
        staged.phases.stream().anyMatch(p -> p.contains("leaving that batch out")), "a batch was");
  }

  private String end(
      String name, PretrainConfig config, SessionOptions options, TinyRun.Heard heard) {
    return assertThrows(DivergedException.class, () -> run(name, config, options, heard))
        .toString()
        .replace(folder.resolve(name).toString(), "");
  }

  @Test
  void batchThatDevicesDoNotDivide_isRefused() throws IOException {
    PretrainConfig config = config();
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> run("three", config, on(3, false), new TinyRun.Heard()));
    assertEquals(
        "compute.devices: got 3, wanted a divisor of the frames that are computed at a time, 4"
            + " (optimization.batch_size / optimization.accumulation)",
        e.getMessage());
    assertTrue(Files.notExists(folder.resolve("three")), "refused before anything is written");
    ConfigException file =
        assertThrows(
            ConfigException.class,
            () -> config("compute={precision: float32, kernels: auto, devices: 0}"));
    assertTrue(
        String.valueOf(file.getMessage()).endsWith("got 0, wanted at least 1"), file::toString);
  }

  @Test
  void moreGpusThanThereAre_isRefusedWithTheirNumber() {
    MissingDevicesException e =
        assertThrows(
            MissingDevicesException.class, () -> Devices.require(4, List.of("GPU:0", "GPU:1")));
    assertEquals(
        "devices: got 4, wanted at most the 2 GPUs that TensorFlow found [GPU:0, GPU:1];"
            + " CUDA_VISIBLE_DEVICES hides some, nvidia-smi -L lists all",
        e.getMessage());
    Devices.require(2, List.of("GPU:0", "GPU:1"));
  }
}
