package org.endossl.eval.parity;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.endossl.model.HostTensor;
import org.endossl.model.Safetensors;
import org.endossl.model.WeightsException;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** The images that golden values were computed from. */
final class GoldenImages {
  /** [n, height, width, 3], bytes. */
  static final String NAME = "images_uint8";

  private GoldenImages() {}

  /**
   * The images as floats on 0..255.
   *
   * @throws WeightsException if there are none of that shape
   */
  static HostTensor pixels(Safetensors file) throws IOException {
    Shape shape = file.entry(NAME).shape();
    if (shape.numDimensions() != 4 || shape.get(3) != 3) {
      throw new WeightsException(
          file.where() + ": " + NAME + ": got " + shape + ", wanted [n, height, width, 3]");
    }
    ByteBuffer bytes = file.bytes(NAME);
    float[] values = new float[bytes.remaining()];
    for (int i = 0; i < values.length; i++) {
      values[i] = bytes.get(i) & 0xff;
    }
    return HostTensor.of(shape, values);
  }

  /** {@link #pixels} in a graph. */
  static Operand<TFloat32> constant(Ops tf, Safetensors file) throws IOException {
    HostTensor pixels = pixels(file);
    return tf.constant(pixels.shape(), DataBuffers.of(pixels.values().duplicate()));
  }
}
