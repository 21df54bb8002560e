package org.endossl.eval.demo;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.endossl.eval.probe.ProbeConfig;
import org.endossl.train.PretrainConfig;
import org.endossl.train.config.YamlConfig;

/**
 * The demo's configurations: {@code configs/pretrain/demo.yaml} and {@code configs/probe/demo.yaml}
 * of the folder {@code endossl.home}, or the copies of them in the jar.
 */
final class DemoConfigs {
  private DemoConfigs() {}

  static PretrainConfig pretrain(Path records, long seed) throws IOException {
    return load("pretrain/demo.yaml", PretrainConfig.class, overrides(records, "seed=" + seed));
  }

  static ProbeConfig probe(Path records, long seed) throws IOException {
    return load("probe/demo.yaml", ProbeConfig.class, overrides(records, "training.seed=" + seed));
  }

  private static List<String> overrides(Path records, String seed) {
    String quoted = records.toString().replace("\\", "\\\\").replace("\"", "\\\"");
    return List.of("data.records=[\"" + quoted + "\"]", seed);
  }

  private static <T extends Record> T load(String name, Class<T> type, List<String> overrides)
      throws IOException {
    String home = System.getProperty("endossl.home", "");
    Path file = Path.of(home, "configs").resolve(name);
    if (!home.isEmpty() && Files.isRegularFile(file)) {
      return YamlConfig.load(file, type, overrides);
    }
    String resource = "configs/" + name;
    try (InputStream in = DemoConfigs.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("not in the jar: " + resource);
      }
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return YamlConfig.parse(text, resource, type, overrides);
    }
  }
}
