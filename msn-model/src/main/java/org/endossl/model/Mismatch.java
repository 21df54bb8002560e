package org.endossl.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;
import org.tensorflow.ndarray.Shape;

/** Both sides of a difference between the tensors of a file and the variables of a network. */
final class Mismatch {
  private static final int SHOWN = 8;

  private Mismatch() {}

  /**
   * Refuses differences.
   *
   * @param where the file
   * @param wanted the network's shapes by name
   * @param got the file's shapes by name
   * @param extras whether the file may hold more
   * @throws WeightsException with all that differs
   */
  static void check(Object where, Map<String, Shape> wanted, Map<String, Shape> got, boolean extras)
      throws WeightsException {
    check(where, wanted, got, Map.of(), extras);
  }

  /**
   * Refuses differences.
   *
   * @param unread tensors of the file whose types are not read: the type by name
   */
  static void check(
      Object where,
      Map<String, Shape> wanted,
      Map<String, Shape> got,
      Map<String, String> unread,
      boolean extras)
      throws WeightsException {
    List<String> types = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    List<String> shapes = new ArrayList<>();
    List<String> more = new ArrayList<>();
    for (Map.Entry<String, Shape> entry : new TreeMap<>(wanted).entrySet()) {
      Shape shape = got.get(entry.getKey());
      String type = unread.get(entry.getKey());
      if (type != null) {
        types.add(entry.getKey() + " " + type);
      } else if (shape == null) {
        missing.add(entry.getKey());
      } else if (!shape.equals(entry.getValue())) {
        shapes.add(entry.getKey() + " " + shape + " for " + entry.getValue());
      }
    }
    if (!extras) {
      got.keySet().stream().filter(n -> !wanted.containsKey(n)).sorted().forEach(more::add);
    }
    StringJoiner text = new StringJoiner("; ");
    add(text, "wanted and not in the file", missing);
    add(text, "in the file and not wanted", more);
    add(text, "of another shape", shapes);
    add(text, "of a type that is not read, wanted F32, F16 or BF16", types);
    if (text.length() > 0) {
      throw new WeightsException(where + ": the weights do not fit the network: " + text);
    }
  }

  private static void add(StringJoiner text, String what, List<String> names) {
    if (names.isEmpty()) {
      return;
    }
    String shown = String.join(", ", names.subList(0, Math.min(SHOWN, names.size())));
    String rest = names.size() > SHOWN ? " and " + (names.size() - SHOWN) + " more" : "";
    text.add(what + " (" + names.size() + "): " + shown + rest);
  }
}
