package org.endossl.train.config;

import com.google.common.primitives.Primitives;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** One YAML node tree into one record, with the place of every fault. */
final class RecordBinder {
  private final String file;
  private final IdentityHashMap<Node, String> origins;

  RecordBinder(String file, IdentityHashMap<Node, String> origins) {
    this.file = file;
    this.origins = origins;
  }

  Object bind(Node node, Type type, String path) {
    if (type instanceof ParameterizedType list && list.getRawType() == List.class) {
      return list(node, list.getActualTypeArguments()[0], path);
    }
    Class<?> c = (Class<?>) type;
    return c.isRecord() ? record(node, c, path) : scalar(node, Primitives.unwrap(c), path);
  }

  private Object record(Node node, Class<?> type, String path) {
    if (!(node instanceof MappingNode mapping)) {
      throw fault(node, path, "wanted keys below it, got " + shown(node));
    }
    Map<String, Node> values = new LinkedHashMap<>();
    for (NodeTuple tuple : mapping.getValue()) {
      String key = tuple.getKeyNode() instanceof ScalarNode s ? s.getValue() : "?";
      if (values.put(key, tuple.getValueNode()) != null) {
        throw fault(tuple.getKeyNode(), join(path, key), "is there twice");
      }
    }
    RecordComponent[] components = type.getRecordComponents();
    List<String> known = new ArrayList<>();
    for (RecordComponent component : components) {
      known.add(YamlConfig.key(component));
    }
    for (NodeTuple tuple : mapping.getValue()) {
      String key = tuple.getKeyNode() instanceof ScalarNode s ? s.getValue() : "?";
      if (!known.contains(key)) {
        throw fault(tuple.getKeyNode(), join(path, key), "unknown key; wanted one of " + known);
      }
    }
    @Nullable Object[] arguments = new Object[components.length];
    Class<?>[] types = new Class<?>[components.length];
    for (int i = 0; i < components.length; i++) {
      Node value = values.get(known.get(i));
      types[i] = components[i].getType();
      if (value == null && components[i].getAnnotatedType().isAnnotationPresent(Nullable.class)) {
        continue; // the record says what its absence means
      } else if (value == null) {
        throw fault(node, join(path, known.get(i)), "missing key");
      }
      arguments[i] = bind(value, components[i].getGenericType(), join(path, known.get(i)));
    }
    try {
      return type.getDeclaredConstructor(types).newInstance(arguments);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof IllegalArgumentException wrong) {
        throw new ConfigException(where(node) + ": " + dotted(path) + wrong.getMessage(), wrong);
      }
      throw new IllegalStateException(type.getName(), e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(type.getName() + " must be a public record", e);
    }
  }

  private List<Object> list(Node node, Type element, String path) {
    if (!(node instanceof SequenceNode sequence)) {
      // One value stands for a list of one, as in --set data.records=frames/
      return List.of(bind(node, element, path));
    }
    List<Object> values = new ArrayList<>();
    for (Node item : sequence.getValue()) {
      values.add(bind(item, element, path + "[" + values.size() + "]"));
    }
    return List.copyOf(values);
  }

  private Object scalar(Node node, Class<?> type, String path) {
    if (!(node instanceof ScalarNode scalar)) {
      throw fault(node, path, "wanted one value, got " + shown(node));
    }
    String text = scalar.getValue();
    boolean plain = scalar.getScalarStyle() == ScalarStyle.PLAIN;
    if (plain && (text.isEmpty() || text.equals("null") || text.equals("~"))) {
      throw fault(node, path, "is null; wanted a value");
    }
    if (type == String.class) {
      return text;
    }
    try {
      if (plain && type == int.class) {
        return Integer.parseInt(text);
      } else if (plain && type == long.class) {
        return Long.parseLong(text);
      } else if (plain && type == double.class) {
        return finite(text);
      } else if (plain && type == boolean.class && List.of("true", "false").contains(text)) {
        return Boolean.parseBoolean(text);
      } else if (type.isEnum()) {
        return constant(type, text);
      }
    } catch (IllegalArgumentException e) {
      throw new ConfigException(
          where(node) + ": " + path + ": got \"" + text + "\", wanted " + wanted(type), e);
    }
    throw fault(node, path, "got \"" + text + "\", wanted " + wanted(type));
  }

  private static double finite(String text) {
    double value = Double.parseDouble(text);
    if (!Double.isFinite(value)) {
      throw new NumberFormatException(text);
    }
    return value;
  }

  private static Object constant(Class<?> type, String text) {
    for (Object constant : type.getEnumConstants()) {
      if (((Enum<?>) constant).name().equalsIgnoreCase(text)) {
        return constant;
      }
    }
    throw new IllegalArgumentException(text);
  }

  private static String wanted(Class<?> type) {
    if (type == int.class || type == long.class) {
      return "a whole number";
    } else if (type == double.class) {
      return "a number";
    } else if (type == boolean.class) {
      return "true or false";
    }
    List<String> names = new ArrayList<>();
    for (Object constant : type.getEnumConstants()) {
      names.add(((Enum<?>) constant).name().toLowerCase(Locale.ROOT));
    }
    return "one of " + names;
  }

  private static String shown(Node node) {
    return node instanceof ScalarNode s
        ? "\"" + s.getValue() + "\""
        : node instanceof SequenceNode ? "a list" : "keys";
  }

  private static String join(String path, String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  private static String dotted(String path) {
    return path.isEmpty() ? "" : path + ": ";
  }

  private ConfigException fault(Node node, String path, String what) {
    return new ConfigException(where(node) + ": " + dotted(path) + what);
  }

  private String where(Node node) {
    String origin = origins.get(node);
    if (origin != null) {
      return origin;
    }
    return node.getStartMark().map(m -> m.getName() + ":" + (m.getLine() + 1)).orElse(file);
  }
}
