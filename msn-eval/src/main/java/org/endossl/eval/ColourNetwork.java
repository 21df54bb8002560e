package org.endossl.eval;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** Mean colours of images, and their deviations if asked for: a baseline without weights. */
record ColourNetwork(Ops tf, boolean deviation) implements Encoder.Network {
  @Override
  public Operand<TFloat32> features(Operand<TFloat32> images) {
    Operand<TFloat32> mean = mean(images); // [batch, 3]
    if (!deviation) {
      return mean;
    }
    Operand<TFloat32> centre = tf.reshape(mean, tf.constant(new int[] {-1, 1, 1, 3}));
    Operand<TFloat32> deviations =
        tf.math.sqrt(mean(tf.math.squaredDifference(images, centre))); // [batch, 3]
    return tf.concat(List.of(mean, deviations), tf.constant(1)); // [batch, 6]
  }

  /** By rows, then by columns: one float32 sum of all pixels is off in the fourth digit. */
  private Operand<TFloat32> mean(Operand<TFloat32> x) {
    return tf.math.mean(tf.math.mean(x, tf.constant(2)), tf.constant(1));
  }

  @Override
  public void load(Session session) {}
}
