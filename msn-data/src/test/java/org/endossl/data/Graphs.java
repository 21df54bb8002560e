package org.endossl.data;

import java.util.function.Function;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TNumber;

/** Runs one small graph. */
public final class Graphs {
  private Graphs() {}

  /** Builds, runs once, gives all values as floats. */
  public static float[] run(Function<Ops, Operand<? extends TNumber>> build) {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Operand<TFloat32> out = tf.dtypes.cast(build.apply(tf), TFloat32.class);
      try (Session session = new Session(graph);
          Result result = session.runner().fetch(out).run()) {
        return floats((TFloat32) result.get(0));
      }
    }
  }

  /** All values. */
  public static float[] floats(TFloat32 tensor) {
    float[] values = new float[(int) tensor.size()];
    tensor.copyTo(DataBuffers.of(values));
    return values;
  }

  /** A constant image. */
  public static Operand<TUint8> image(Ops tf, Golden.Array image) {
    int[] s = image.shape();
    return tf.constant(TUint8.class, Shape.of(s[0], s[1], s[2]), DataBuffers.of(image.bytes()));
  }
}
