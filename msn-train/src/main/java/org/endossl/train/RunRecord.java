package org.endossl.train;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import org.endossl.data.FrameFiles;
import org.endossl.tfrecords.DataException;
import org.endossl.train.config.YamlConfig;
import org.endossl.train.ema.EmaLibrary;
import org.tensorflow.TensorFlow;

/**
 * {@code run.json}: what a run was made with: seed, frames and their {@link DataFingerprint},
 * commit, versions, machine, and the resolved configuration.
 */
public final class RunRecord {
  private static final String FINGERPRINT = "data_fingerprint";

  private RunRecord() {}

  static void write(RunDirectory run, PretrainConfig config, FrameFiles files) throws IOException {
    Map<String, Object> record = new LinkedHashMap<>();
    record.put("started", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    record.put("seed", config.seed());
    record.put("frames", files.frames());
    record.put("videos", files.videos());
    record.put("phase_order", files.phaseOrder().key());
    record.put(FINGERPRINT, DataFingerprint.of(files));
    record.putAll(environment());
    record.put("config", YamlConfig.tree(config));
    RunDirectory.replace(
        run.environment(),
        new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create().toJson(record) + "\n");
  }

  /**
   * Refuses to go on with other frames than those that a run began with.
   *
   * @throws IllegalArgumentException if the fingerprint in its {@code run.json} is another
   */
  static void requireSameData(RunDirectory run, FrameFiles files) throws IOException {
    if (!Files.isRegularFile(run.environment())) {
      return; // killed before it was written: nothing was trained
    }
    String text = Files.readString(run.environment(), StandardCharsets.UTF_8);
    try {
      JsonElement began = JsonParser.parseString(text).getAsJsonObject().get(FINGERPRINT);
      String now = DataFingerprint.of(files);
      if (began != null && !began.getAsString().equals(now)) {
        throw new IllegalArgumentException(
            run.root()
                + ": the run began with frames of fingerprint "
                + began.getAsString()
                + ", and data.records now hold "
                + now
                + "; wanted the same frames");
      }
    } catch (JsonParseException | IllegalStateException e) {
      throw new DataException(run.environment() + ": is not the JSON of a run: " + e.getMessage());
    }
  }

  /** Versions and machine, for run records and reports. */
  public static Map<String, Object> environment() {
    Map<String, Object> record = new LinkedHashMap<>();
    record.put("commit", commit());
    record.put("tensorflow", TensorFlow.version());
    record.put("ema", EmaLibrary.status().reason());
    record.put("java", System.getProperty("java.runtime.version", "unknown"));
    record.put(
        "machine",
        System.getProperty("os.name")
            + " "
            + System.getProperty("os.arch")
            + ", "
            + Runtime.getRuntime().availableProcessors()
            + " cores");
    return record;
  }

  /** The commit of the checkout that the launcher runs from ({@code endossl.home}), or unknown. */
  private static String commit() {
    try {
      Path git = Path.of(System.getProperty("endossl.home", ".")).resolve(".git");
      if (Files.isRegularFile(git)) { // a work tree beside its repository
        git = git.resolveSibling(text(git).replaceFirst("^gitdir: ", ""));
      }
      String head = text(git.resolve("HEAD"));
      if (!head.startsWith("ref: ")) {
        return head;
      }
      Path common = git.resolve("commondir");
      Path refs = Files.isRegularFile(common) ? git.resolve(text(common)).normalize() : git;
      String name = head.substring("ref: ".length());
      if (Files.isRegularFile(refs.resolve(name))) {
        return text(refs.resolve(name));
      }
      return text(refs.resolve("packed-refs"))
          .lines()
          .filter(line -> line.endsWith(" " + name))
          .map(line -> line.substring(0, line.indexOf(' ')))
          .findFirst()
          .orElse("unknown");
    } catch (IOException e) {
      return "unknown"; // a copy without its history
    }
  }

  private static String text(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.UTF_8).strip();
  }
}
