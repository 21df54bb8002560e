package org.endossl.model;

import java.nio.FloatBuffer;
import org.tensorflow.ndarray.Shape;

/**
 * Float32 values outside a session, in row-major order. Not to be written to: the values may be a
 * file's.
 *
 * @param shape fully known
 * @param values from position 0, as many as the shape has
 */
public record HostTensor(Shape shape, FloatBuffer values) {
  public HostTensor {
    if (values.position() != 0 || values.limit() != shape.size()) {
      throw new IllegalArgumentException(
          "got " + values.remaining() + " values, wanted " + shape.size() + " for " + shape);
    }
  }

  /** With these values. */
  public static HostTensor of(Shape shape, float... values) {
    return new HostTensor(shape, FloatBuffer.wrap(values));
  }

  /** The values in an array of their own. */
  public float[] toArray() {
    float[] array = new float[values.limit()];
    values.get(0, array);
    return array;
  }
}
