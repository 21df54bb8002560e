package org.endossl.train;

import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import org.endossl.data.FrameFiles;
import org.endossl.train.ema.EmaLibrary;
import org.tensorflow.TensorFlow;

/** {@code run.json}: what a run was made with, beside its configuration. */
public final class RunRecord {
  private RunRecord() {}

  static void write(RunDirectory run, PretrainConfig config, FrameFiles files) throws IOException {
    Map<String, Object> record = new LinkedHashMap<>();
    record.put("started", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    record.put("seed", config.seed());
    record.put("frames", files.frames());
    record.put("videos", files.videos());
    record.put("phase_order", files.phaseOrder().key());
    record.putAll(environment());
    RunDirectory.replace(
        run.environment(),
        new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create().toJson(record) + "\n");
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
    Path git = Path.of(System.getProperty("endossl.home", ".")).resolve(".git");
    try {
      String head = Files.readString(git.resolve("HEAD"), StandardCharsets.UTF_8).strip();
      if (!head.startsWith("ref: ")) {
        return head;
      }
      Path ref = git.resolve(head.substring(5));
      return Files.isRegularFile(ref)
          ? Files.readString(ref, StandardCharsets.UTF_8).strip()
          : "unknown";
    } catch (IOException e) {
      return "unknown"; // a copy without its history
    }
  }
}
