package org.endossl.model;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.Map;
import org.tensorflow.ndarray.Shape;

/** Tensors of which each is refused that has a NaN or an infinity. */
public record Finite(TensorSource source) implements TensorSource {
  /**
   * One tensor.
   *
   * @throws WeightsException if a value is not finite; says which
   */
  static HostTensor checked(TensorSource source, String name) throws IOException {
    HostTensor tensor = source.tensor(name);
    int at = firstNotFinite(tensor.values());
    if (at >= 0) {
      throw new WeightsException(
          source.where()
              + ": "
              + name
              + " has "
              + tensor.values().get(at)
              + " at element "
              + at
              + "; wanted finite values: the weights are of a run that diverged, or are damaged");
    }
    return tensor;
  }

  private static int firstNotFinite(FloatBuffer values) {
    float[] part = new float[Math.min(values.limit(), 1 << 13)];
    for (int from = 0; from < values.limit(); from += part.length) {
      int length = Math.min(part.length, values.limit() - from);
      values.get(from, part, 0, length);
      for (int i = 0; i < length; i++) {
        if (!Float.isFinite(part[i])) {
          return from + i;
        }
      }
    }
    return -1;
  }

  @Override
  public String where() {
    return source.where();
  }

  @Override
  public Map<String, Shape> shapes() {
    return source.shapes();
  }

  @Override
  public Map<String, String> unread() {
    return source.unread();
  }

  @Override
  public HostTensor tensor(String name) throws IOException {
    return checked(source, name);
  }
}
