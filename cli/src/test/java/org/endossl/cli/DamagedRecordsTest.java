package org.endossl.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every command that reads records does with damaged ones. */
final class DamagedRecordsTest {
  /** Real frames, which no repository may hold: beside a checkout, where they are. */
  private static final Path DAMAGED =
      Path.of(System.getProperty("endossl.shared", "../../shared"), "golden/tf_cholec80/damaged");

  private static final Pattern PLACE =
      Pattern.compile(".*\\.tfrecord at byte \\d+, record \\d+: .+", Pattern.DOTALL);

  @TempDir Path temp;

  /** A file with a record whose data are damaged between good ones. */
  private Path damaged() throws IOException {
    Path data = temp.resolve("data");
    Ran made =
        Ran.endossl("synthetic", "--out=" + data, "--videos=3", "--frames=32", "--size=48x32");
    assertEquals(0, made.code(), made.err());
    Path file = data.resolve("video01.tfrecord");
    byte[] bytes = Files.readAllBytes(file);
    bytes[40] ^= 1;
    Files.write(file, bytes);
    return data;
  }

  private List<List<String>> commands(Path data) throws IOException {
    String records = "data.records=[" + data + "]";
    String split = "data.split={train: 1, validation: 2, test: 3}";
    String out = temp.resolve("out").toString();
    return List.of(
        List.of("records", "verify", data.toString()),
        List.of("records", "index", data.toString()),
        List.of("records", "inspect", data.toString(), "--json"),
        List.of("records", "stats", data.toString()),
        List.of("records", "diff", data.toString(), data.toString()),
        List.of("records", "reshard", data.toString(), "--out", out),
        List.of("features", "--weights", "mean-colour", "--records", data.toString(), "--out", out),
        List.of(
            "probe", "--weights", "mean-colour", "--set", records, "--set", split, "--out", out),
        List.of("knn", "--weights", "mean-colour", "--set", records, "--set", split, "--out", out),
        List.of(
            "lowshot",
            "--weights=mean-colour",
            "--set=" + records,
            "--set=" + split,
            "--set=videos=[1]",
            "--set=percent=[100]",
            "--set=seeds=[0]",
            "--set=data.token=after_norm",
            "--out=" + out),
        List.of("suite", "run", suite(data).toString(), "--work", out),
        List.of(
            "views",
            "--config=../configs/pretrain/demo.yaml",
            "--set=" + records,
            "--set=" + split,
            "--out=" + out),
        List.of("bench", "step", "--data=" + data, "--model=tiny", "--batch=2", "--steps=3"),
        List.of("convert", "--layout", "records", "--input", data.toString(), "--out", out),
        List.of("bench", "input", "--data", data.toString(), "--batch=2", "--batches=3"),
        pretrain(records, split, out));
  }

  /** One row: nearest neighbours of mean colours. */
  private Path suite(Path data) throws IOException {
    return Files.writeString(
        temp.resolve("suite.yaml"),
        """
        name: damaged
        synthetic: []
        pretrain: []
        rows:
          - name: knn
            source: generated
            status: own
            needs: nothing
            weights: mean-colour
            files: ["DATA"]
            protocol: configs/probe/knn.yaml
            set: ["data.records=['DATA']", "data.split={train: 1, validation: 2, test: 3}"]
            score: test.endossl.video_f1
            bar: 0.0
            tolerance: 0.0
            rule: at_least
        """
            .replace("DATA", data.toString()));
  }

  private List<String> finetune(Path data) {
    List<String> words =
        new ArrayList<>(
            List.of("finetune", "--weights", "random:../configs/pretrain/demo.yaml:1", "--out"));
    words.add(temp.resolve("out").toString());
    for (String set :
        List.of(
            "data.records=[" + data + "]",
            "data.split={train: 1, validation: 2, test: 3}",
            "augmentation=none",
            "training.epochs=1",
            "training.batch_size=16")) {
      words.add("--set");
      words.add(set);
    }
    return words;
  }

  @Test
  @Tag("slow")
  void finetune_skipsAndLists_whenToldTo() throws IOException {
    Ran ran = run(finetune(damaged()), "--on-bad-record=skip");
    assertEquals(0, ran.code(), ran.err());
    assertTrue(ran.err().contains("1 record was skipped"), ran.err());
    Path list = temp.resolve("out/skipped_records.json");
    assertTrue(Files.readString(list).contains("\"skipped\": 1"));
  }

  @Test
  void report_namesTheRecord_andShowsTheOthers_whenToldTo() throws IOException {
    Path data = damaged();
    String split = "data.split={train: 1, validation: 2, test: 3}";
    Path out = temp.resolve("out");
    Ran probe =
        Ran.endossl(
            "probe",
            "--weights=mean-colour",
            "--set=data.records=[" + data + "]",
            "--set=" + split,
            "--out=" + out,
            "--on-bad-record=skip");
    assertEquals(0, probe.code(), probe.err());
    List<String> words = List.of("report", out.toString(), "--records=" + data, "--frames=8");
    Ran ran = run(words);
    assertEquals(3, ran.code(), ran.err());
    assertTrue(PLACE.matcher(ran.err()).matches(), ran.err());
    Ran skips = run(words, "--on-bad-record=skip");
    assertEquals(0, skips.code(), skips.err());
    assertTrue(skips.err().contains("1 record was skipped"), skips.err());
  }

  private static List<String> pretrain(String records, String split, String out) {
    List<String> words =
        new ArrayList<>(
            List.of("pretrain", "--config", "../configs/pretrain/demo.yaml", "--out", out));
    for (String set : List.of(records, split, "run.max_steps=1", "optimization.batch_size=4")) {
      words.add("--set");
      words.add(set);
    }
    return words;
  }

  private static Ran run(List<String> words, String... more) {
    return Ran.endossl(Stream.concat(words.stream(), Stream.of(more)).toArray(String[]::new));
  }

  private static void delete(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> all = Files.walk(folder)) {
        for (Path path : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }

  @Test
  void everyCommand_namesFileByteAndRecord_andWritesNothing() throws IOException {
    Path data = damaged();
    List<List<String>> all = new ArrayList<>(commands(data));
    all.add(finetune(data));
    for (List<String> words : all) {
      Ran ran = run(words);
      assertEquals(3, ran.code(), words + ": " + ran.err());
      assertTrue(PLACE.matcher(ran.err()).matches(), words + ": " + ran.err());
      assertTrue(Files.notExists(temp.resolve("out")), words.toString());
    }
  }

  @Test
  void everyCommand_skipsAndLists_whenToldTo() throws IOException {
    Path data = damaged();
    for (List<String> words : commands(data)) {
      Ran ran = run(words, "--on-bad-record=skip");
      assertEquals(0, ran.code(), words + ": " + ran.err());
      String place = data.resolve("video01.tfrecord") + " at byte 0, record 0: the data's checksum";
      assertTrue(ran.err().contains(place), words + ": " + ran.err());
      if (List.of("features", "probe", "knn", "pretrain").contains(words.get(0))) {
        Path list = temp.resolve("out/skipped_records.json");
        assertTrue(Files.readString(list).contains("\"skipped\": 1"), words.toString());
      }
      delete(temp.resolve("out"));
    }
    assertEquals(2, run(commands(data).get(0), "--on-bad-record=ignore").code());
  }

  @Test
  void everyDamagedRealFile_isRefusedByEveryCommand() throws IOException {
    assumeTrue(
        Files.isDirectory(DAMAGED), "skipped: no real frames at " + DAMAGED.toAbsolutePath());
    List<Path> files;
    try (Stream<Path> list = Files.list(DAMAGED)) {
      files = list.sorted().toList();
    }
    assertEquals(11, files.size());
    for (Path file : files) {
      List<List<String>> all = new ArrayList<>(commands(file));
      all.add(finetune(file));
      for (List<String> words : all) {
        Ran ran = run(words);
        assertEquals(3, ran.code(), words + ": " + ran.err());
        assertTrue(PLACE.matcher(ran.err()).matches(), words + ": " + ran.err());
        assertTrue(Files.notExists(temp.resolve("out")), words.toString());
      }
    }
  }
}
