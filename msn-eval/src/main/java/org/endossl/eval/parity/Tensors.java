package org.endossl.eval.parity;

import org.endossl.model.HostTensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;

/** Copies results out of native memory. */
final class Tensors {
  private Tensors() {}

  static HostTensor host(TFloat32 tensor) {
    float[] values = new float[Math.toIntExact(tensor.size())];
    tensor.asRawTensor().data().asFloats().read(values);
    return HostTensor.of(Shape.of(tensor.shape().asArray()), values);
  }
}
