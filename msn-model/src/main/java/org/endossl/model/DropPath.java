package org.endossl.model;

import com.google.common.primitives.ImmutableIntArray;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/**
 * Stochastic depth (Huang and others 2016): in training a branch is left out for some sequences of
 * a batch and scaled by {@code 1 / (1 - rate)} for the others. Source: {@code DropPath} and the
 * linear rule of facebookresearch/msn's deit.py: the rate rises from 0 in the first block to {@code
 * drop_path} in the last.
 *
 * @param seed [2], another value for every step and network
 * @param share the sequences that are computed here, where others of the draw are computed
 *     elsewhere; null for all
 */
public record DropPath(Operand<TInt64> seed, @Nullable Share share) {
  /**
   * Sequences of a batch that is computed in several places.
   *
   * @param rows of the whole batch, in the order in which they are computed here
   * @param outOf sequences of the whole batch
   */
  public record Share(ImmutableIntArray rows, int outOf) {}

  /** For all sequences of a batch. */
  public DropPath(Operand<TInt64> seed) {
    this(seed, null);
  }

  /** The rate of a block. */
  static double rate(VitConfig config, int block) {
    return config.depth() == 1 ? 0 : config.dropPath() * block / (config.depth() - 1);
  }

  /**
   * The factors of a branch.
   *
   * @param branch number of the branch within the network, for a draw of its own
   * @return [sequences], each 0 or {@code 1 / (1 - rate)}
   */
  Operand<TFloat32> factors(Ops tf, int sequences, double rate, int branch) {
    Operand<TInt64> own = tf.math.add(seed, tf.constant(new long[] {0, (branch + 1L) << 32}));
    int drawn = share == null ? sequences : share.outOf();
    Operand<TFloat32> uniform =
        tf.random.statelessRandomUniform(
            tf.constant(new int[] {drawn}), own, TFloat32.class); // [0, 1)
    if (share != null) {
      uniform = tf.gather(uniform, tf.constant(share.rows().toArray()), tf.constant(0));
    }
    Operand<TFloat32> kept = tf.math.floor(tf.math.add(uniform, tf.constant((float) (1 - rate))));
    return tf.math.div(kept, tf.constant((float) (1 - rate)));
  }
}
