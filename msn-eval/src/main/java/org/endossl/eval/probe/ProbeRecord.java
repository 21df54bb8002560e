package org.endossl.eval.probe;

import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import org.endossl.eval.AtomicFiles;
import org.endossl.eval.features.FeatureInfo;
import org.endossl.train.config.YamlConfig;

/**
 * {@code run.json} of a probe: what it was made with, as that of a pre-training run: weights and
 * data with their hashes, versions, and the resolved configuration, which says where the records
 * were.
 */
public final class ProbeRecord {
  /** The file's name. */
  public static final String FILE = "run.json";

  private ProbeRecord() {}

  /** Writes the file beside a result's scores. */
  public static void write(Path folder, ProbeResult result, Record config) throws IOException {
    Map<String, Object> record = new LinkedHashMap<>();
    record.put("seconds", Math.round(result.seconds() * 10) / 10.0);
    write(folder, result.features(), config, record);
  }

  /** Writes the file beside scores of features of any kind. */
  public static void write(Path folder, FeatureInfo features, Record config) throws IOException {
    write(folder, features, config, new LinkedHashMap<>());
  }

  private static void write(
      Path folder, FeatureInfo features, Record config, Map<String, Object> record)
      throws IOException {
    record.put("ended", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    record.put("weights", features.weights());
    record.put("weights_hash", features.weightsHash());
    record.put("encoder", features.encoder());
    record.put("data_hash", features.dataHash());
    record.put("phase_order", features.phaseOrder());
    record.put("features_made_by", features.versions());
    record.put("java", System.getProperty("java.runtime.version", "unknown"));
    record.put("config", YamlConfig.tree(config));
    AtomicFiles.writeText(
        folder.resolve(FILE),
        new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create().toJson(record) + "\n");
  }
}
