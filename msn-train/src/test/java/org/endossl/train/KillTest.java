package org.endossl.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.endossl.train.config.YamlConfig;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A run that is killed again and again, by the signal that no process can catch, ends with the bits
 * of one that never was. The moments are random and cover the start of the process, steps and the
 * saving of checkpoints.
 */
class KillTest {
  private static final int KILLS = 22;
  private static final int STEPS = 30;

  @TempDir private Path folder;
  private final Random random = new Random();

  @Test
  @Tag("slow")
  void runKilledTwentyTimes_equalsOneThatNeverWas() throws Exception {
    PretrainConfig config =
        TinyRun.config(
            TinyRun.records(folder.resolve("r"), 13), // 6 steps in an epoch
            "optimization.epochs=5",
            "run.checkpoint_steps=2",
            "run.keep_checkpoints=3",
            "run.keep_every_epochs=2");
    Path yaml = folder.resolve("config.yaml");
    Files.writeString(yaml, YamlConfig.dump(config), StandardCharsets.UTF_8);
    Path whole = folder.resolve("whole");
    Checkpoint end = Pretrainer.run(config, whole, new TinyRun.Heard());
    assertEquals(STEPS, end.state().step());

    Path part = folder.resolve("part");
    int kills = 0;
    StringBuilder story = new StringBuilder();
    while (kills < KILLS) {
      long before = saved(part);
      kill(yaml, part, before, story);
      kills++;
      assertTrue(saved(part) < STEPS, () -> "ended before it was killed enough: " + story);
    }
    Process last = start(yaml, part);
    String said = new String(last.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, last.waitFor(), said);
    assertTrue(said.endsWith("done " + STEPS + "\n"), said);

    assertArrayEquals(
        Files.readAllBytes(whole.resolve("metrics.csv")),
        Files.readAllBytes(part.resolve("metrics.csv")),
        () -> "metrics.csv after " + story);
    for (String ending : List.of(".data-00000-of-00001", ".index", ".json")) {
      String name = "checkpoints/step-000000" + STEPS + ending;
      assertArrayEquals(
          Files.readAllBytes(whole.resolve(name)),
          Files.readAllBytes(part.resolve(name)),
          () -> name + " after " + story);
    }
  }

  /** Starts the process, waits for a random moment, kills it. */
  private void kill(Path yaml, Path run, long before, StringBuilder story) throws Exception {
    Process process = start(yaml, run);
    boolean early = random.nextInt(5) == 0; // while it starts
    long wanted = before + random.nextInt(3);
    if (early) {
      process.waitFor(random.nextInt(3000), TimeUnit.MILLISECONDS);
    } else {
      try (BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
        String line;
        while ((line = lines.readLine()) != null && !line.equals("step " + wanted)) {
          assertTrue(!line.startsWith("done"), "the run ended");
        }
        process.waitFor(random.nextInt(40_000), TimeUnit.MICROSECONDS);
      }
    }
    process.destroyForcibly(); // SIGKILL
    process.waitFor();
    story
        .append(early ? "start" : "step " + wanted)
        .append(" saved ")
        .append(saved(run))
        .append("; ");
  }

  private static long saved(Path run) throws IOException {
    List<Path> found = Checkpoint.list(run.resolve("checkpoints"));
    return found.isEmpty() ? 0 : Checkpoint.step(found.get(found.size() - 1));
  }

  private static Process start(Path yaml, Path run) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0",
            "-Djava.awt.headless=true",
            "-cp",
            System.getProperty("java.class.path"),
            KilledRun.class.getName(),
            yaml.toString(),
            run.toString());
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    return builder.start();
  }
}
