package org.endossl.train.config;

import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/**
 * Reads a YAML file into a record. Every component is a key ({@code batchSize} is {@code
 * batch_size}) and every key must be there: unknown, missing, repeated and null keys are refused
 * with file, line and key.
 */
public final class YamlConfig {
  private YamlConfig() {}

  /**
   * Loads a file.
   *
   * @param file a YAML mapping
   * @param type the record it holds
   * @param overrides {@code a.b=c}, applied in order; {@code c} is YAML ({@code [1, 2]} is a list)
   * @throws ConfigException if a key is unknown, missing (but for components that are nullable),
   *     null, repeated or holds a wrong value
   * @throws IOException if the file cannot be read
   */
  public static <T extends Record> T load(Path file, Class<T> type, List<String> overrides)
      throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new ConfigException(file + ": no such configuration file");
    }
    return parse(Files.readString(file, StandardCharsets.UTF_8), file.toString(), type, overrides);
  }

  /** As {@link #load}, from text; {@code name} stands for the file in messages. */
  public static <T extends Record> T parse(
      String text, String name, Class<T> type, List<String> overrides) {
    IdentityHashMap<Node, String> origins = new IdentityHashMap<>();
    Node root = compose(text, name);
    for (String override : overrides) {
      int equals = override.indexOf('=');
      if (equals <= 0) {
        throw new ConfigException("--set " + override + ": wanted key=value, such as a.b=c");
      }
      String origin = "--set " + override;
      Node value = compose(override.substring(equals + 1), origin);
      origins.put(value, origin);
      put(root, override.substring(0, equals).split("\\.", -1), value, origin);
    }
    return type.cast(new RecordBinder(name, origins).bind(root, type, ""));
  }

  /** The YAML text of a record; {@link #parse} gives an equal record back. */
  public static String dump(Record value) {
    DumpSettings settings =
        DumpSettings.builder().setDefaultFlowStyle(FlowStyle.AUTO).setWidth(120).build();
    return new Dump(settings).dumpToString(tree(value));
  }

  static String key(RecordComponent component) {
    return component.getName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
  }

  private static Node compose(String text, String name) {
    try {
      LoadSettings settings = LoadSettings.builder().setLabel(name).setUseMarks(true).build();
      return new Compose(settings)
          .composeString(text)
          .orElseThrow(() -> new ConfigException(name + ": is empty; wanted YAML keys"));
    } catch (MarkedYamlEngineException e) {
      String line = e.getProblemMark().map(m -> ":" + (m.getLine() + 1)).orElse("");
      throw new ConfigException(name + line + ": not YAML: " + e.getProblem(), e);
    } catch (YamlEngineException e) {
      throw new ConfigException(name + ": not YAML: " + e.getMessage(), e);
    }
  }

  private static void put(Node root, String[] path, Node value, String origin) {
    Node at = root;
    for (int i = 0; i < path.length; i++) {
      if (!(at instanceof MappingNode mapping)) {
        throw new ConfigException(origin + ": " + path[i - 1] + " has no keys below it");
      }
      int found = indexOf(mapping, path[i]);
      if (found < 0) {
        throw new ConfigException(
            origin + ": no such key \"" + path[i] + "\"; wanted one of " + keys(mapping));
      }
      NodeTuple tuple = mapping.getValue().get(found);
      if (i == path.length - 1) {
        mapping.getValue().set(found, new NodeTuple(tuple.getKeyNode(), value));
      }
      at = tuple.getValueNode();
    }
  }

  private static int indexOf(MappingNode mapping, String key) {
    return keys(mapping).indexOf(key);
  }

  private static List<String> keys(MappingNode mapping) {
    List<String> keys = new ArrayList<>();
    for (NodeTuple tuple : mapping.getValue()) {
      keys.add(tuple.getKeyNode() instanceof ScalarNode s ? s.getValue() : "");
    }
    return keys;
  }

  /** A record as maps, lists and plain values, with the keys of the file. */
  public static Object tree(Object value) {
    if (value instanceof Record record) {
      Map<String, Object> map = new LinkedHashMap<>();
      for (RecordComponent component : record.getClass().getRecordComponents()) {
        try {
          Object part = component.getAccessor().invoke(record);
          if (part != null) { // a key that the file can do without stays away
            map.put(key(component), tree(part));
          }
        } catch (ReflectiveOperationException e) {
          throw new IllegalStateException(record.getClass() + "." + component.getName(), e);
        }
      }
      return map;
    }
    if (value instanceof List<?> list) {
      return list.stream().map(YamlConfig::tree).toList();
    }
    return value instanceof Enum<?> e ? e.name().toLowerCase(Locale.ROOT) : value;
  }
}
