package org.endossl.model;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.tensorflow.ndarray.Shape;

/** Named float tensors, read one by one when they are asked for. */
public interface TensorSource {
  /** Where they come from, for messages. */
  String where();

  /** What there is, by name. */
  Map<String, Shape> shapes();

  /** Tensors whose values are of a type that is not read: the type by name, for messages. */
  default Map<String, String> unread() {
    return Map.of();
  }

  /**
   * One tensor.
   *
   * @param name one of {@link #shapes}
   */
  HostTensor tensor(String name) throws IOException;

  /** Of tensors in memory. */
  static TensorSource of(String where, Map<String, HostTensor> tensors) {
    Map<String, HostTensor> held = new LinkedHashMap<>(tensors);
    Map<String, Shape> shapes = new LinkedHashMap<>();
    held.forEach((name, tensor) -> shapes.put(name, tensor.shape()));
    return new TensorSource() {
      @Override
      public String where() {
        return where;
      }

      @Override
      public Map<String, Shape> shapes() {
        return shapes;
      }

      @Override
      public HostTensor tensor(String name) {
        HostTensor tensor = held.get(name);
        if (tensor == null) {
          throw new IllegalArgumentException(where + ": no tensor " + name);
        }
        return tensor;
      }
    };
  }
}
