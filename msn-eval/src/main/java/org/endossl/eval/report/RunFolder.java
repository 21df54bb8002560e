package org.endossl.eval.report;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.endossl.eval.metrics.Predictions;
import org.endossl.tfrecords.DataException;
import org.endossl.train.PretrainConfig;
import org.endossl.train.config.YamlConfig;
import org.jspecify.annotations.Nullable;

/**
 * What a report finds in a folder: {@code config.yaml}, {@code run.json} and {@code metrics.csv} of
 * a pre-training run, there or in {@code pretrain/}; {@code scores.json} with {@code
 * predictions-test.csv} of probes below it; {@code demo.json} of a demo, whose frames are generated
 * and so may be shown.
 */
final class RunFolder {
  static final String DEMO_FILE = "demo.json";

  private static final int DEPTH = 3;

  private final Path root;
  private final @Nullable Path run;
  private final List<Path> probes;

  private RunFolder(Path root, @Nullable Path run, List<Path> probes) {
    this.root = root;
    this.run = run;
    this.probes = probes;
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
    List<Path> probes;
    try (Stream<Path> files = Files.walk(root, DEPTH)) {
      probes =
          files
              .filter(file -> file.endsWith("scores.json"))
              .map(Path::getParent)
              .filter(folder -> Files.isRegularFile(folder.resolve("predictions-test.csv")))
              .sorted()
              .toList();
    }
    if (run == null && probes.isEmpty() && !lowshot(root)) {
      throw new IllegalArgumentException(
          root
              + ": holds neither config.yaml nor scores.json; wanted the --out of endossl pretrain,"
              + " probe or demo");
    }
    return new RunFolder(root, run, probes);
  }

  private static boolean lowshot(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root, DEPTH)) {
      return files.anyMatch(file -> file.endsWith(LowshotCurves.FILE));
    }
  }

  ReportData data() throws IOException {
    JsonObject demo = json(root.resolve(DEMO_FILE));
    List<ReportData.Fact> data = new ArrayList<>();
    List<ReportData.Fact> environment = new ArrayList<>();
    List<ReportData.Curve> curves = List.of();
    String yaml = "";
    if (run != null) {
      yaml = Files.readString(run.resolve("config.yaml"), StandardCharsets.UTF_8);
      describe(YamlConfig.parse(yaml, run + "/config.yaml", PretrainConfig.class, List.of()), data);
      JsonObject record = json(run.resolve("run.json"));
      record.remove("config"); // shown as YAML
      flatten("", record, environment);
      if (Files.isRegularFile(run.resolve("metrics.csv"))) {
        TrainingLog log = TrainingLog.read(run.resolve("metrics.csv"));
        Path timings = run.resolve("timings.csv");
        TrainingLog pace = Files.isRegularFile(timings) ? TrainingLog.read(timings) : log;
        curves = Stream.concat(log.curves().stream(), pace.paceCurves().stream()).toList();
        environment.add(
            fact(
                "pre-training",
                String.format(
                    Locale.ROOT,
                    "%d steps, last loss %.4f, %.0f images/s on average",
                    log.steps(),
                    log.last("loss"),
                    pace.mean("images_per_second"))));
      }
    }
    boolean generated = demo.has("generated") && demo.get("generated").getAsBoolean();
    demo.remove("generated");
    flatten("demo ", demo, environment);
    List<ReportData.Evaluation> evaluations = evaluations(data);
    Path records = root.resolve("data");
    return new ReportData(
        generated ? "endossl demo" : "endossl: " + name(root),
        generated
            ? "A small Vision Transformer, pre-trained without labels by Masked Siamese Networks on"
                + " generated operations and probed on operations that it has not seen."
            : "Masked Siamese Networks on endoscopic video.",
        data,
        curves,
        LowshotCurves.of(lowshots()),
        evaluations,
        generated && Files.isDirectory(records) && !evaluations.isEmpty()
            ? Samples.of(records, evaluations.get(0).predictions())
            : List.of(),
        yaml,
        environment);
  }

  private List<JsonObject> lowshots() throws IOException {
    List<JsonObject> found = new ArrayList<>();
    try (Stream<Path> files = Files.walk(root, DEPTH)) {
      for (Path file : files.filter(f -> f.endsWith(LowshotCurves.FILE)).sorted().toList()) {
        found.add(json(file));
      }
    }
    return found;
  }

  private static String name(Path root) {
    Path name = root.toAbsolutePath().normalize().getFileName();
    return name == null ? root.toString() : name.toString();
  }

  private static void describe(PretrainConfig config, List<ReportData.Fact> facts) {
    facts.add(fact("records", String.join(", ", config.data().records())));
    facts.add(fact("videos to train on", config.data().split().train()));
    facts.add(fact("validation", config.data().split().validation()));
    facts.add(fact("test", config.data().split().test()));
  }

  /** Probes of learned weights come first, then those that they are compared with. */
  private List<ReportData.Evaluation> evaluations(List<ReportData.Fact> facts) throws IOException {
    record Found(int rank, ReportData.Evaluation evaluation) {}
    List<Found> found = new ArrayList<>();
    for (Path probe : probes) {
      JsonObject scores = json(probe.resolve("scores.json"));
      Predictions predictions = Predictions.read(probe.resolve("predictions-test.csv"), null);
      JsonObject features = object(scores, "features");
      String weights = string(features, "weights");
      int rank = weights.startsWith("mean-colour") ? 2 : weights.startsWith("random") ? 1 : 0;
      String note = string(features, "width") + " values per frame";
      found.add(
          new Found(rank, new ReportData.Evaluation(string(scores, "name"), note, predictions)));
      if (found.size() == 1) {
        facts.add(fact("probe", string(scores, "protocol")));
        facts.add(fact("phase order on disk", string(features, "phase_order")));
        facts.add(fact("tested on", predictions.size() + " frames of " + videos(predictions)));
      }
    }
    return found.stream()
        .sorted(Comparator.comparingInt(Found::rank))
        .map(Found::evaluation)
        .toList();
  }

  private static String videos(Predictions predictions) {
    return String.join(", ", predictions.videos().stream().map(Predictions.Video::name).toList());
  }

  private static void flatten(String prefix, JsonObject json, List<ReportData.Fact> facts) {
    json.asMap()
        .forEach(
            (key, value) ->
                facts.add(
                    fact(
                        prefix + key.replace('_', ' '),
                        value.isJsonPrimitive() ? value.getAsString() : plain(value))));
  }

  /** An array or object without JSON's punctuation. */
  private static String plain(JsonElement value) {
    return value.toString().replaceAll("[\\[\\]{}\"]", "").replace(",", ", ").replace(":", ": ");
  }

  private static ReportData.Fact fact(String name, String value) {
    return new ReportData.Fact(name, value);
  }

  private static JsonObject object(JsonObject json, String key) {
    return json.has(key) && json.get(key).isJsonObject()
        ? json.getAsJsonObject(key)
        : new JsonObject();
  }

  private static String string(JsonObject json, String key) {
    return json.has(key) && json.get(key).isJsonPrimitive() ? json.get(key).getAsString() : "";
  }

  /** An empty object if there is no such file. */
  private static JsonObject json(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      return new JsonObject();
    }
    try {
      JsonElement json = JsonParser.parseString(Files.readString(file, StandardCharsets.UTF_8));
      if (json.isJsonObject()) {
        return json.getAsJsonObject();
      }
    } catch (JsonParseException e) {
      throw new DataException(file + ": is not JSON; make it again", e);
    }
    throw new DataException(file + ": is not a JSON object; make it again");
  }
}
