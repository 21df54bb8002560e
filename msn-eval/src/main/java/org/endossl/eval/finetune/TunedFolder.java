package org.endossl.eval.finetune;

import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import org.endossl.eval.AtomicFiles;
import org.endossl.eval.Encoder;
import org.endossl.model.HostTensor;
import org.endossl.model.Safetensors;
import org.endossl.model.TensorSource;
import org.endossl.train.RunRecord;
import org.endossl.train.config.YamlConfig;

/**
 * The folder of a fine-tuning: the tuned encoder as every command takes it, the linear layer
 * ({@code head.safetensors}: {@code classifier.kernel} [width, 7], {@code classifier.bias} [7]),
 * what it was made with ({@code run.json}), predictions and, last, {@code scores.json}.
 */
final class TunedFolder {
  static final String HEAD = "head.safetensors";
  static final String RECORD = "run.json";

  private TunedFolder() {}

  /**
   * Writes encoder and layer, each file whole or not at all: at every epoch that is the best so
   * far, so that a training that is killed leaves them.
   */
  static Path keep(Path folder, Encoder encoder, TensorSource weights) throws IOException {
    Files.createDirectories(folder);
    Path path = encoder.write(folder, weights);
    Map<String, HostTensor> head = new LinkedHashMap<>();
    for (String name : weights.shapes().keySet()) {
      if (name.startsWith("classifier.")) {
        head.put(name, weights.tensor(name));
      }
    }
    Safetensors.write(folder.resolve(HEAD), TensorSource.of("head", head), Map.of("format", "pt"));
    return path;
  }

  /** Writes all; gives the result with the path of the encoder. */
  static FinetuneResult write(
      Path folder, FinetuneResult result, Encoder encoder, TensorSource weights, Instant start)
      throws IOException {
    FinetuneResult written = result.withEncoder(keep(folder, encoder, weights));
    Map<String, Object> record = new LinkedHashMap<>();
    record.put("started", start.truncatedTo(ChronoUnit.SECONDS).toString());
    record.put("seconds", Duration.between(start, Instant.now()).toMillis() / 1000.0);
    record.put("seed", result.config().training().seed());
    record.put("weights", result.features().weights());
    record.put("weights_hash", result.features().weightsHash());
    record.put("encoder", result.features().encoder());
    record.put("data_hash", result.features().dataHash());
    record.put("phase_order", result.features().phaseOrder());
    record.putAll(RunRecord.environment());
    record.put("config", YamlConfig.tree(result.config()));
    AtomicFiles.writeText(
        folder.resolve(RECORD),
        new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create().toJson(record) + "\n");
    written.write(folder);
    return written;
  }
}
