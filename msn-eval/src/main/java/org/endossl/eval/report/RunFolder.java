package org.endossl.eval.report;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.endossl.data.Split;
import org.endossl.eval.ProgressListener;
import org.endossl.eval.images.ImageProbe;
import org.endossl.eval.metrics.Predictions;
import org.endossl.eval.metrics.ToolPredictions;
import org.endossl.eval.probe.ToolProbe;
import org.endossl.train.PretrainConfig;
import org.endossl.train.config.YamlConfig;
import org.jspecify.annotations.Nullable;

/**
 * What a report finds in a folder: {@code config.yaml}, {@code run.json} and {@code metrics.csv} of
 * a pre-training run, there or in {@code pretrain/}; the folders of probes and fine-tunings below
 * it; {@code demo.json} of a demo. Folders that earlier versions wrote lack some of it.
 */
final class RunFolder {
  static final String DEMO_FILE = "demo.json";

  /** Probabilities of tools. */
  private static final String TOOLS = "tool-probabilities-test.csv";

  private static final int DEPTH = 3;

  /** Scores without predictions of phases: they are shown as they are. */
  private static final List<String> OTHER_SCORES =
      List.of(ToolProbe.FILE, ImageProbe.FILE, ProbeFolder.SCORES);

  private final Path root;
  private final @Nullable Path run;
  private final List<ProbeFolder> probes;
  private final List<Path> others;

  private RunFolder(Path root, @Nullable Path run, List<ProbeFolder> probes, List<Path> others) {
    this.root = root;
    this.run = run;
    this.probes = probes;
    this.others = others;
  }

  static RunFolder open(Path root) throws IOException {
    if (!Files.isDirectory(root)) {
      throw new IllegalArgumentException(
          root + ": no such folder; wanted the --out of endossl pretrain, probe or demo");
    }
    Path run = null;
    for (Path folder : List.of(root, root.resolve("pretrain"))) {
      if (run == null && Files.isRegularFile(folder.resolve("config.yaml"))) {
        run = folder;
      }
    }
    List<ProbeFolder> probes = new ArrayList<>();
    List<Path> others = new ArrayList<>();
    for (Path file : found(root, OTHER_SCORES)) {
      boolean predicted = Files.isRegularFile(file.resolveSibling(ProbeFolder.PREDICTIONS));
      if (file.endsWith(ProbeFolder.SCORES) && predicted) {
        probes.add(ProbeFolder.read(file.resolveSibling("")));
      } else {
        others.add(file);
      }
    }
    probes.sort(Comparator.comparingInt(ProbeFolder::rank)); // stable: then by folder
    if (run == null
        && probes.isEmpty()
        && others.isEmpty()
        && found(root, List.of(LowshotSection.FILE)).isEmpty()) {
      throw new IllegalArgumentException(
          root
              + ": holds neither config.yaml nor scores.json; wanted the --out of endossl pretrain,"
              + " probe, finetune, knn, lowshot or demo");
    }
    return new RunFolder(root, run, probes, others);
  }

  private static List<Path> found(Path root, List<String> names) throws IOException {
    try (Stream<Path> files = Files.walk(root, DEPTH)) {
      return files.filter(file -> names.stream().anyMatch(file::endsWith)).sorted().toList();
    }
  }

  ReportData data(ReportRequest request, ProgressListener listener) throws IOException {
    JsonObject demo = JsonFiles.read(root.resolve(DEMO_FILE));
    List<ReportData.Fact> data = new ArrayList<>();
    List<ReportData.Fact> environment = new ArrayList<>();
    List<ReportData.Curve> curves = new ArrayList<>();
    JsonObject config = new JsonObject();
    String yaml = "";
    if (run != null) {
      yaml = Files.readString(run.resolve("config.yaml"), StandardCharsets.UTF_8);
      JsonObject record = JsonFiles.read(run.resolve("run.json"));
      config = JsonFiles.object(record, "config");
      describe(config, yaml, data);
      record.remove("config"); // shown as YAML
      JsonFiles.flatten("", record, environment);
      training(curves, environment);
    }
    boolean generated = demo.has("generated") && demo.get("generated").getAsBoolean();
    demo.remove("generated");
    JsonFiles.flatten("demo, ", demo, environment);
    List<ReportData.Evaluation> evaluations = probes.stream().map(ProbeFolder::evaluation).toList();
    List<ReportData.Curve> probing = List.of();
    if (!probes.isEmpty()) {
      probes.get(0).describe(data, run == null);
      probing = probes.get(0).curves();
      if (run == null) {
        probes.get(0).environment(environment);
      }
    }
    describeOthers(data);
    Predictions predictions = evaluations.isEmpty() ? null : evaluations.get(0).predictions();
    Insight insight =
        new InsightBuilder(sources(config, predictions), request, predictions, listener).build();
    return new ReportData(
        generated ? "endossl demo" : "endossl: " + name(root),
        lead(generated, insight),
        data,
        curves,
        probing,
        shown(),
        evaluations,
        otherScores(),
        insight,
        yaml,
        environment);
  }

  private static String lead(boolean generated, Insight insight) {
    if (generated) {
      return "A small Vision Transformer, pre-trained without labels by Masked Siamese Networks on"
          + " generated operations and probed on operations that it has not seen.";
    }
    return insight.album() == null
        ? "Masked Siamese Networks on endoscopic video. No frame is in this page."
        : "Masked Siamese Networks on endoscopic video. This page holds frames of the records:"
            + " pass it on only as you may pass on those (endossl report RUN --frames 0 leaves"
            + " them out).";
  }

  private void training(List<ReportData.Curve> curves, List<ReportData.Fact> environment)
      throws IOException {
    if (run == null || !Files.isRegularFile(run.resolve("metrics.csv"))) {
      return;
    }
    TrainingLog log = TrainingLog.read(run.resolve("metrics.csv"));
    Path timings = run.resolve("timings.csv");
    TrainingLog pace = Files.isRegularFile(timings) ? TrainingLog.read(timings) : log;
    curves.addAll(log.curves());
    curves.addAll(pace.paceCurves());
    environment.add(
        new ReportData.Fact(
            "pre-training",
            String.format(
                Locale.ROOT,
                "%d steps, last loss %.4f, %.0f images/s on average",
                log.steps(),
                log.last("loss"),
                pace.mean("images_per_second"))));
  }

  /** Scores of tools and images, and of phases whose predictions are gone. */
  private List<ReportData.Fact> otherScores() throws IOException {
    List<ReportData.Fact> facts = new ArrayList<>();
    for (Path file : others) {
      if (!hasSection(file)) {
        JsonObject scores = JsonFiles.read(file);
        scores.remove("features");
        scores.remove("epochs");
        scores.remove("split");
        JsonFiles.flatten(prefix(file), scores, facts);
      }
    }
    return facts;
  }

  /** The folder of a file below the root, before what is said of it; nothing in the root. */
  private String prefix(Path file) {
    Path folder = root.relativize(file).getParent();
    return folder == null ? "" : folder + ": ";
  }

  private static boolean hasSection(Path file) {
    return file.endsWith(ImageProbe.FILE)
        || file.endsWith(LowshotSection.FILE)
        || Files.isRegularFile(file.resolveSibling(TOOLS));
  }

  /** What tools, images and few labels were made from. */
  private void describeOthers(List<ReportData.Fact> facts) throws IOException {
    List<Path> files = new ArrayList<>(others);
    files.addAll(found(root, List.of(LowshotSection.FILE)));
    for (Path file : files) {
      if (hasSection(file)) {
        JsonObject json = JsonFiles.read(file);
        String prefix = prefix(file);
        JsonObject known = new JsonObject();
        for (String key : List.of("protocol", "weights", "phase_order")) {
          if (json.has(key)) {
            known.add(key, json.get(key));
          }
        }
        JsonFiles.flatten(prefix, known, facts);
        JsonObject split = JsonFiles.object(json, "split");
        for (String part : List.of("train", "validation", "test")) {
          if (split.has(part)) {
            facts.add(
                new ReportData.Fact(
                    prefix + part, String.join(", ", JsonFiles.strings(split, part))));
          }
        }
      }
    }
  }

  /** Tools, images and few labels. */
  private ReportData.Others shown() throws IOException {
    List<ReportData.Tools> tools = new ArrayList<>();
    for (Path file : found(root, List.of(TOOLS))) {
      JsonObject scores = JsonFiles.read(file.resolveSibling(ToolProbe.FILE));
      JsonObject tuned = JsonFiles.read(file.resolveSibling(ProbeFolder.SCORES));
      String name = JsonFiles.string(scores.size() > 0 ? scores : tuned, "name");
      tools.add(new ReportData.Tools(name, ToolPredictions.read(file, List.of(), null, true)));
    }
    return new ReportData.Others(
        tools, scored(List.of(ImageProbe.FILE)), scored(List.of(LowshotSection.FILE)));
  }

  private List<ReportData.Scored> scored(List<String> names) throws IOException {
    List<ReportData.Scored> scored = new ArrayList<>();
    for (Path file : found(root, names)) {
      JsonObject json = JsonFiles.read(file);
      scored.add(new ReportData.Scored(JsonFiles.string(json, "name"), json));
    }
    return scored;
  }

  private static String name(Path root) {
    Path name = root.toAbsolutePath().normalize().getFileName();
    return name == null ? root.toString() : name.toString();
  }

  /** By {@code run.json}, or by the YAML of a run that has none. */
  private void describe(JsonObject config, String yaml, List<ReportData.Fact> facts) {
    JsonObject data = JsonFiles.object(config, "data");
    JsonObject split = JsonFiles.object(data, "split");
    if (data.size() > 0) {
      facts.add(
          new ReportData.Fact("records", String.join(", ", JsonFiles.strings(data, "records"))));
      facts.add(new ReportData.Fact("videos to train on", JsonFiles.string(split, "train")));
      facts.add(new ReportData.Fact("validation", JsonFiles.string(split, "validation")));
      facts.add(new ReportData.Fact("test", JsonFiles.string(split, "test")));
      return;
    }
    try {
      PretrainConfig parsed =
          YamlConfig.parse(yaml, run + "/config.yaml", PretrainConfig.class, List.of());
      facts.add(new ReportData.Fact("records", String.join(", ", parsed.data().records())));
      facts.add(new ReportData.Fact("videos to train on", parsed.data().split().train()));
      facts.add(new ReportData.Fact("validation", parsed.data().split().validation()));
      facts.add(new ReportData.Fact("test", parsed.data().split().test()));
    } catch (IllegalArgumentException e) {
      facts.add(new ReportData.Fact("configuration", "cannot be read: " + FoundWeights.said(e)));
    }
  }

  private Sources sources(JsonObject config, @Nullable Predictions predictions) throws IOException {
    JsonObject data = JsonFiles.object(config, "data");
    List<List<String>> places = new ArrayList<>();
    places.add(JsonFiles.strings(data, "records"));
    String weights = run == null ? "" : run.toString();
    String note = run == null ? "" : "this run's target encoder";
    if (!probes.isEmpty()) {
      ProbeFolder first = probes.get(0);
      places.add(first.records());
      if (run == null) {
        weights = first.weights();
        note = first.weightsNote();
      }
      JsonObject record = JsonFiles.read(Path.of(first.weights()).resolve("run.json"));
      places.add(
          JsonFiles.strings(
              JsonFiles.object(JsonFiles.object(record, "config"), "data"), "records"));
    }
    if (weights.isEmpty()) {
      weights = otherWeights();
    }
    JsonObject otherData = otherData();
    places.add(JsonFiles.strings(otherData, "records"));
    if (Files.isDirectory(root.resolve("data"))) {
      places.add(List.of(root.resolve("data").toString()));
    }
    return new Sources(
        places.stream()
            .filter(RunFolder::isThere)
            .findFirst()
            .orElseGet(
                () -> places.stream().filter(p -> !p.isEmpty()).findFirst().orElse(List.of())),
        weights,
        note,
        videos(data.size() > 0 ? data : otherData, predictions));
  }

  /** What the first tool or low-shot scores say of their frames. */
  private JsonObject otherData() throws IOException {
    for (Path file : found(root, List.of(ToolProbe.FILE, LowshotSection.FILE))) {
      JsonObject record = JsonFiles.read(file.resolveSibling(ProbeFolder.RECORD));
      JsonObject data = JsonFiles.object(JsonFiles.object(record, "config"), "data");
      if (data.size() > 0) {
        return data;
      }
    }
    return new JsonObject();
  }

  /** Those of low-shot, tool or image scores. */
  private String otherWeights() throws IOException {
    List<Path> files = new ArrayList<>(others);
    files.addAll(found(root, List.of(LowshotSection.FILE)));
    for (Path file : files) {
      JsonObject scores = JsonFiles.read(file);
      JsonObject features = JsonFiles.object(scores, "features");
      String weights = JsonFiles.string(features.size() > 0 ? features : scores, "weights");
      if (!weights.isEmpty()) {
        return weights;
      }
    }
    return "";
  }

  private static boolean isThere(List<String> records) {
    return !records.isEmpty() && Files.exists(Path.of(records.get(0)));
  }

  /** Those that were tested on; of a run that was not probed, those that it did not learn from. */
  private static List<String> videos(JsonObject data, @Nullable Predictions predictions) {
    if (predictions != null) {
      return predictions.videos().stream().map(Predictions.Video::name).toList();
    }
    JsonObject split = JsonFiles.object(data, "split");
    return Split.of(
            JsonFiles.string(split, "train"),
            JsonFiles.string(split, "validation"),
            JsonFiles.string(split, "test"))
        .test();
  }
}
