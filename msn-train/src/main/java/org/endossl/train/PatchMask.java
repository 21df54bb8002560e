package org.endossl.train;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.nn.TopK;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

/** The patches that a batch of random views keeps: one uniform draw without replacement. */
final class PatchMask {
  private PatchMask() {}

  /**
   * Draws the kept patches.
   *
   * @param patches patches of a view
   * @param kept how many stay
   * @param seed [2], another value for every step
   * @return [kept] indices from 0, in random order (attention does not depend on it)
   */
  static Operand<TInt32> draw(Ops tf, int patches, int kept, Operand<TInt64> seed) {
    Operand<TFloat32> uniform =
        tf.random.statelessRandomUniform(tf.constant(new int[] {patches}), seed, TFloat32.class);
    return tf.nn.topK(uniform, tf.constant(kept), TInt32.class, TopK.sorted(false)).indices();
  }
}
