package org.endossl.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.endossl.tfrecords.BadRecords;
import org.endossl.tfrecords.DataException;
import org.endossl.train.board.EventFileTest;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.proto.Event;
import org.tensorflow.proto.Summary;

class PretrainerTest {
  @TempDir private Path folder;

  /** 14 frames in batches of 4: 3 steps in an epoch, 6 in all. */
  @Test
  void resumedRun_continuesWithTheBitsOfOneThatWasNeverStopped() throws IOException {
    PretrainConfig config =
        TinyRun.config(
            TinyRun.records(folder.resolve("r"), 7),
            "run.checkpoint_steps=2",
            "views.color_jitter=0",
            "views.blur_probability=0");
    TinyRun.Heard whole = new TinyRun.Heard();
    Checkpoint end = Pretrainer.run(config, folder.resolve("whole"), whole);
    assertEquals(6, whole.steps.size());
    assertEquals(new Checkpoint.State(6, 2, 0, 3, whole.losses().get(5)), end.state());
    assertEquals(config, end.config());

    // A run that is stopped in the second epoch, then killed while it saved the next checkpoint.
    Path part = folder.resolve("part");
    TinyRun.Heard first = new TinyRun.Heard();
    first.stopAfter = 4;
    assertEquals(4, Pretrainer.run(config, part, first).state().step());
    Path checkpoints = part.resolve("checkpoints");
    Files.createDirectories(checkpoints.resolve(".checkpoint-123"));
    Files.writeString(checkpoints.resolve(".checkpoint-123/step-00000006.index"), "half");
    Files.writeString(checkpoints.resolve("step-00000006.data-00000-of-00001"), "half");
    Files.writeString(
        part.resolve("metrics.csv"),
        Files.readString(part.resolve("metrics.csv")) + "4,1,0.5,0.5\n5,1,0.");

    TinyRun.Heard second = new TinyRun.Heard();
    Checkpoint resumed = Pretrainer.resume(part, second);
    List<Float> losses = new ArrayList<>(first.losses());
    losses.addAll(second.losses());
    assertEquals(whole.losses(), losses);
    assertEquals(end.state(), resumed.state());
    assertArrayEquals(data(end.prefix()), data(resumed.prefix()));
    assertEquals(rows(folder.resolve("whole")), rows(part));
    assertEquals(
        List.of(
            "step-00000004.data-00000-of-00001",
            "step-00000004.index",
            "step-00000004.json",
            "step-00000006.data-00000-of-00001",
            "step-00000006.index",
            "step-00000006.json"),
        names(checkpoints));

    // With decoded frames on disk, begun, stopped and gone on.
    Path cached = folder.resolve("cached");
    TinyRun.Heard third = new TinyRun.Heard();
    third.stopAfter = 4;
    Path cache = folder.resolve("cache");
    Pretrainer.run(config, cached, BadRecords.fail(), cache, SessionOptions.DEFAULT, third);
    TinyRun.Heard fourth = new TinyRun.Heard();
    Checkpoint last =
        Pretrainer.resume(cached, BadRecords.fail(), cache, SessionOptions.DEFAULT, fourth);
    losses = new ArrayList<>(third.losses());
    losses.addAll(fourth.losses());
    assertEquals(whole.losses(), losses);
    assertArrayEquals(data(end.prefix()), data(last.prefix()));

    // A run that is done stays as it is.
    TinyRun.Heard fifth = new TinyRun.Heard();
    assertEquals(resumed, Pretrainer.resume(part, fifth));
    assertTrue(fifth.steps.isEmpty());
  }

  @Test
  void run_writesWhatIsNeededToRunAgain() throws IOException {
    PretrainConfig config =
        TinyRun.config(TinyRun.records(folder.resolve("r"), 4), "run.max_steps=1");
    TinyRun.Heard heard = new TinyRun.Heard();
    Checkpoint end = Pretrainer.run(config, folder.resolve("run"), heard);
    assertEquals(
        List.of("checkpoints", "config.yaml", "metrics.csv", "run.json", "timings.csv"),
        names(folder.resolve("run")));
    assertEquals(end, Checkpoint.open(folder.resolve("run")));
    assertEquals(end, Checkpoint.open(end.prefix()));
    String record = Files.readString(folder.resolve("run/run.json"));
    for (String key :
        List.of(
            "seed",
            "frames",
            "videos",
            "data_fingerprint",
            "commit",
            "tensorflow",
            "machine",
            "config",
            "batch_size")) {
      assertTrue(record.contains("\"" + key + "\""), record);
    }
    String row = rows(folder.resolve("run")).get(0);
    assertTrue(row.startsWith("0,0,"), row);
    assertEquals(
        List.of("checking 2 record files", "building the graph", "drawing the weights"),
        heard.phases);
    assertTrue(heard.steps.get(0).imagesPerSecond() > 0);
    assertEquals(0, heard.steps.get(0).secondsLeft());
  }

  @Test
  void badInput_leavesNothingBehind() throws IOException {
    Path records = TinyRun.records(folder.resolve("r"), 2);
    Path run = folder.resolve("run");
    assertThrows(
        DataException.class,
        () -> Pretrainer.run(TinyRun.config(folder.resolve("none")), run, new TinyRun.Heard()));
    assertThrows(
        DataException.class,
        () ->
            Pretrainer.run(
                TinyRun.config(records, "data.split.train=\"1-3\""), run, new TinyRun.Heard()));
    IllegalArgumentException large =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                Pretrainer.run(
                    TinyRun.config(records, "optimization.batch_size=5"),
                    run,
                    new TinyRun.Heard()));
    assertEquals(
        "optimization.batch_size: got 5, but the videos of data.part hold 4 frames; wanted at most"
            + " that",
        large.getMessage());
    byte[] bytes = Files.readAllBytes(records.resolve("video02.tfrecord"));
    bytes[bytes.length / 2] ^= 1;
    Files.write(records.resolve("video02.tfrecord"), bytes);
    DataException damaged =
        assertThrows(
            DataException.class,
            () -> Pretrainer.run(TinyRun.config(records), run, new TinyRun.Heard()));
    assertTrue(
        String.valueOf(damaged.getMessage()).contains("video02.tfrecord"), damaged::toString);
    assertFalse(Files.exists(run));
  }

  @Test
  void folderThatIsInUse_isRefused() throws IOException {
    Files.createDirectories(folder.resolve("run"));
    Files.writeString(folder.resolve("run/notes.txt"), "mine", StandardCharsets.UTF_8);
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                Pretrainer.run(TinyRun.config(folder), folder.resolve("run"), new TinyRun.Heard()));
    assertEquals(
        folder.resolve("run")
            + ": is not empty; name another folder with --out, or go on with --resume",
        e.getMessage());
  }

  @Test
  void divergence_endsTheRunAndKeepsTheCheckpointBefore() throws IOException {
    PretrainConfig config =
        TinyRun.config(
            TinyRun.records(folder.resolve("r"), 7),
            "run.checkpoint_steps=1",
            "optimization.start_lr=1000",
            "optimization.lr=1000",
            "optimization.weight_decay=1000",
            "optimization.final_weight_decay=1000",
            "optimization.epochs=20");
    DivergedException e =
        assertThrows(
            DivergedException.class,
            () -> Pretrainer.run(config, folder.resolve("run"), new TinyRun.Heard()));
    assertTrue(String.valueOf(e.getMessage()).contains("the last checkpoint is "), e::toString);
    long step = Checkpoint.open(folder.resolve("run")).state().step();
    assertTrue(
        String.valueOf(e.getMessage()).startsWith("step " + step + ": got loss "), e::toString);
    assertTrue(String.valueOf(e.getMessage()).contains("tfrecord record "), "names records: " + e);
    assertEquals(
        1 + config.optimization().batchSize(),
        Files.readAllLines(folder.resolve("run/diverged-" + step + ".csv")).size());
  }

  /** A learning rate so large that a step soon has no finite loss. */
  @Test
  void rollback_leavesTheBadBatchOutAndGoesOn() throws IOException {
    List<String> wild =
        List.of(
            "run.checkpoint_steps=1",
            "run.keep_checkpoints=100",
            "optimization.start_lr=1000",
            "optimization.lr=1000",
            "optimization.weight_decay=1000",
            "optimization.final_weight_decay=1000",
            "optimization.epochs=20");
    Path records = TinyRun.records(folder.resolve("r"), 7);
    assertThrows(
        DivergedException.class,
        () ->
            Pretrainer.run(
                TinyRun.config(records, wild.toArray(String[]::new)),
                folder.resolve("stopped"),
                new TinyRun.Heard()));
    long bad = Checkpoint.open(folder.resolve("stopped")).state().step();

    List<String> back = new ArrayList<>(wild);
    back.add("run.max_steps=" + (bad + 1)); // the step after would diverge too: weights are wild
    back.add("run.divergence={policy: rollback, rollback_steps: 2, most: 1}");
    Path run = folder.resolve("run");
    TinyRun.Heard heard = new TinyRun.Heard();
    Checkpoint end =
        Pretrainer.run(TinyRun.config(records, back.toArray(String[]::new)), run, heard);
    assertEquals(bad + 1, end.state().step());
    assertEquals(List.of(bad), end.state().skipped());
    List<Long> steps = heard.steps.stream().map(PretrainProgress::step).toList();
    long to = Math.max(0, bad - 2);
    List<Long> wanted = new ArrayList<>();
    for (long s = 0; s <= bad; s++) {
      wanted.add(s);
    }
    for (long s = to; s < bad; s++) {
      wanted.add(s);
    }
    assertEquals(wanted, steps);
    assertEquals(bad, rows(run).size(), "the bad step has no row");
    String warning =
        heard.phases.stream().filter(p -> p.startsWith("warning: ")).findFirst().orElse("");
    assertTrue(
        warning.contains("going back to step " + to + " and leaving that batch out"), warning);
    // What was done again has the bits that it had before.
    assertArrayEquals(
        data(Checkpoint.prefix(folder.resolve("stopped/checkpoints"), bad)), data(end.prefix()));
  }

  @Test
  void checkpoints_ofEverySecondEpochStay() throws IOException {
    PretrainConfig config =
        TinyRun.config(
            TinyRun.records(folder.resolve("r"), 4), // 2 steps in an epoch
            "optimization.epochs=5",
            "run.checkpoint_steps=3",
            "run.keep_checkpoints=1",
            "run.keep_every_epochs=2");
    Pretrainer.run(config, folder.resolve("run"), new TinyRun.Heard());
    assertEquals(
        List.of("step-00000004.json", "step-00000008.json", "step-00000010.json"),
        names(folder.resolve("run/checkpoints")).stream().filter(n -> n.endsWith("json")).toList());
  }

  @Test
  void otherFrames_areRefusedOnResume() throws IOException {
    Path records = TinyRun.records(folder.resolve("r"), 4);
    Path run = folder.resolve("run");
    Pretrainer.run(TinyRun.config(records, "run.max_steps=1"), run, new TinyRun.Heard());
    TinyRun.records(records, 5);
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> Pretrainer.resume(run, new TinyRun.Heard()));
    assertTrue(String.valueOf(e.getMessage()).contains("fingerprint"), e.getMessage());
  }

  @Test
  void tensorBoardFiles_holdScalarsAndPictures() throws IOException {
    PretrainConfig config =
        TinyRun.config(
            TinyRun.records(folder.resolve("r"), 4),
            "run.max_steps=3",
            "logs={tensorboard: true, views_every_epochs: 1, attention_every_epochs: 2,"
                + " collapse_window: 0}");
    Path run = folder.resolve("run");
    Pretrainer.run(config, run, new TinyRun.Heard());
    List<Event> events = EventFileTest.read(run.resolve("tensorboard"));
    List<String> pictures = new ArrayList<>();
    int losses = 0;
    for (Event event : events) {
      for (Summary.Value value : event.getSummary().getValueList()) {
        if (value.hasImage()) {
          pictures.add(event.getStep() + " " + value.getTag());
        } else if (value.getTag().equals("loss/total")) {
          losses++;
        }
      }
    }
    assertEquals(List.of("0 views", "0 attention", "2 views"), pictures);
    assertEquals(3, losses);
  }

  @Test
  void fullDisk_isOneClearLine() throws IOException {
    Path full = Path.of("/dev/full");
    Assumptions.assumeTrue(Files.exists(full), "there is no /dev/full here");
    IOException e =
        assertThrows(
            IOException.class,
            () -> {
              try (var out = Files.newOutputStream(full)) {
                out.write(1);
              } catch (IOException raw) {
                throw RunDirectory.explained(folder.resolve("metrics.csv"), raw);
              }
            });
    assertEquals(
        folder.resolve("metrics.csv")
            + ": no space left on the disk; free some and go on with --resume",
        e.getMessage());
  }

  @Test
  void checkpointFolderThatCannotBeWritten_isNamed() throws IOException {
    PretrainConfig config =
        TinyRun.config(TinyRun.records(folder.resolve("r"), 4), "run.checkpoint_steps=1");
    Path run = folder.resolve("run");
    TinyRun.Heard heard =
        new TinyRun.Heard() {
          @Override
          public void step(PretrainProgress progress) {
            super.step(progress);
            if (progress.step() == 1) { // a file where the next checkpoint's folder would be
              try (Stream<Path> files = Files.list(run.resolve("checkpoints"))) {
                for (Path file : files.toList()) {
                  Files.delete(file);
                }
                Files.delete(run.resolve("checkpoints"));
                Files.writeString(run.resolve("checkpoints"), "", StandardCharsets.UTF_8);
              } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            }
          }
        };
    IOException e = assertThrows(IOException.class, () -> Pretrainer.run(config, run, heard));
    assertTrue(
        String.valueOf(e.getMessage()).startsWith(run.resolve("checkpoints").toString()),
        e::toString);
  }

  /** Frames that must not be copied into this repository; skipped where they are not at hand. */
  @Test
  void realFrames_areTrainedOn() throws IOException {
    Path real = shared("golden/tf_cholec80");
    Assumptions.assumeTrue(real != null, "skipped: no shared/golden/tf_cholec80 above this folder");
    Objects.requireNonNull(real);
    PretrainConfig config = TinyRun.config(real, "data.part=all", "run.max_steps=3");
    TinyRun.Heard heard = new TinyRun.Heard();
    Checkpoint end = Pretrainer.run(config, folder.resolve("run"), heard);
    assertEquals(3, end.state().step());
    assertTrue(heard.losses().stream().allMatch(l -> Float.isFinite(l)));
  }

  private static @Nullable Path shared(String name) {
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      Path candidate = at.resolve("shared").resolve(name);
      if (Files.isDirectory(candidate)) {
        return candidate;
      }
    }
    return null;
  }

  private static byte[] data(Path prefix) throws IOException {
    return Files.readAllBytes(prefix.resolveSibling(prefix.getFileName() + ".data-00000-of-00001"));
  }

  private static List<String> rows(Path run) throws IOException {
    List<String> lines = Files.readAllLines(run.resolve("metrics.csv"), StandardCharsets.UTF_8);
    return lines.subList(1, lines.size());
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(f -> String.valueOf(f.getFileName())).sorted().toList();
    }
  }
}
