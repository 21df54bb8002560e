package org.endossl.train;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.endossl.model.HeadConfig;
import org.endossl.model.HostTensor;
import org.endossl.model.NameTable;
import org.endossl.model.Safetensors;
import org.endossl.model.TensorSource;
import org.endossl.model.VitConfig;
import org.endossl.model.WeightsException;
import org.tensorflow.ndarray.Shape;

/** The files of {@link MsnParity} and what they say of the network's sizes and the schedules. */
final class ParityFolder {
  private final Path path;
  private final JsonObject settings;
  private final Safetensors initial;
  private final Safetensors steps;
  private final Safetensors after;

  private ParityFolder(
      Path path, JsonObject settings, Safetensors initial, Safetensors steps, Safetensors after) {
    this.path = path;
    this.settings = settings;
    this.initial = initial;
    this.steps = steps;
    this.after = after;
  }

  static ParityFolder open(Path path) throws IOException {
    Path log = path.resolve("log.json");
    JsonObject settings;
    try {
      settings =
          JsonParser.parseString(Files.readString(log, StandardCharsets.UTF_8)).getAsJsonObject();
    } catch (JsonParseException | IllegalStateException e) {
      throw new WeightsException(log + ": is not JSON: " + e.getMessage(), e);
    } catch (NoSuchFileException e) {
      throw new WeightsException(log + ": no such file", e);
    }
    if (!settings.has("log") || !settings.get("log").isJsonArray()) {
      throw new WeightsException(log + ": log: wanted a list with an entry per step");
    }
    return new ParityFolder(
        path,
        settings,
        Safetensors.open(path.resolve("initial.safetensors")),
        Safetensors.open(path.resolve("steps.safetensors")),
        Safetensors.open(last(path, settings.getAsJsonArray("log").size())));
  }

  private static Path last(Path path, int steps) throws IOException {
    Path named = path.resolve("after_" + steps + ".safetensors");
    if (Files.exists(named)) {
      return named;
    }
    try (Stream<Path> files = Files.list(path)) {
      return files
          .filter(f -> String.valueOf(f.getFileName()).matches("after_.*\\.safetensors"))
          .max(Comparator.naturalOrder())
          .orElseThrow(() -> new WeightsException(named + ": no such file"));
    }
  }

  TensorSource initial() {
    return initial;
  }

  Safetensors steps() {
    return steps;
  }

  TensorSource after() {
    return after;
  }

  /** A copy of the settings with the entries of the steps. */
  JsonObject log() {
    return settings.deepCopy();
  }

  VitConfig encoder() throws IOException {
    Shape patch = initial.entry("anchor.patch_embed.proj.weight").shape();
    Shape positions = initial.entry("anchor.pos_embed").shape();
    Shape mlp = initial.entry("anchor.blocks.0.mlp.fc1.weight").shape();
    int side = (int) Math.round(Math.sqrt(positions.get(1) - 1.0));
    int patchSize = Math.toIntExact(patch.get(2));
    return new VitConfig(
        side * patchSize,
        patchSize,
        integer("embed"),
        integer("depth"),
        integer("heads"),
        (double) mlp.get(0) / mlp.get(1),
        number("eps", 1e-6),
        0);
  }

  HeadConfig head() throws IOException {
    return new HeadConfig(
        integer("hidden"),
        integer("output"),
        initial.entries().containsKey("anchor.fc.bn1.weight"));
  }

  CriterionConfig criterion() throws IOException {
    double sharpening = number("T");
    return new CriterionConfig(
        integer("K"),
        number("tau"),
        number("start_T", sharpening),
        number("final_T", sharpening),
        number("memax_weight", 1),
        number("ent_weight", 0),
        true);
  }

  Schedules schedules() throws IOException {
    return new Schedules(
        integer("ipe"),
        new OptimizationConfig(
            2, // the batch is that of the tensors
            integer("epochs"),
            number("warmup"),
            number("start_lr"),
            number("ref_lr"),
            number("final_lr"),
            number("wd"),
            number("final_wd"),
            number("clip_grad"),
            number("start_momentum", 0.996),
            number("final_momentum", 1),
            1,
            false),
        criterion());
  }

  /** The names of a step's views of a kind, in their order. */
  List<String> views(String prefix) {
    List<String> names = new ArrayList<>();
    for (String name : steps.entries().keySet()) {
      if (name.startsWith(prefix)) {
        names.add(name);
      }
    }
    names.sort(Comparator.comparingInt(String::length).thenComparing(Comparator.naturalOrder()));
    return names;
  }

  static boolean flag(JsonObject entry, String key) {
    return entry.has(key) && entry.get(key).getAsBoolean();
  }

  /** A tensor of the variable {@code ours}, or of no variable, as the folder lays it out. */
  static HostTensor inTheirLayout(String ours, NameTable names, HostTensor got) {
    for (NameTable.Entry entry : names.entries()) {
      if (entry.ours().equals(ours)) {
        return entry.toTheirs(got);
      }
    }
    return got;
  }

  private int integer(String key) throws IOException {
    return (int) number(key);
  }

  private double number(String key) throws IOException {
    if (!settings.has(key)) {
      throw new WeightsException(path.resolve("log.json") + ": " + key + ": missing key");
    }
    return settings.get(key).getAsDouble();
  }

  private double number(String key, double otherwise) {
    return settings.has(key) ? settings.get(key).getAsDouble() : otherwise;
  }
}
