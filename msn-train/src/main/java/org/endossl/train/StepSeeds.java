package org.endossl.train;

import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TInt64;

/**
 * What the draws of a step are functions of: the same for every run of a configuration, whether it
 * was resumed or not.
 *
 * @param mask [2], of the patches that are kept, the same in all parts of a batch
 * @param drop [2], of stochastic depth, another in every part
 */
record StepSeeds(Placeholder<TInt64> mask, Placeholder<TInt64> drop) {
  /** Above the bits that tell the networks apart. */
  private static final int PART = 44;

  static StepSeeds build(Ops tf) {
    return new StepSeeds(placeholder(tf, "mask_seed"), placeholder(tf, "drop_seed"));
  }

  private static Placeholder<TInt64> placeholder(Ops tf, String name) {
    return tf.withName(name).placeholder(TInt64.class, Placeholder.shape(Shape.of(2)));
  }

  /**
   * The values for a part of a step, to be closed.
   *
   * @param seed of the run
   * @param part from 0, which is also that of a whole batch
   */
  static Values values(long seed, long step, int part) {
    return new Values(
        TInt64.vectorOf(seed, step), TInt64.vectorOf(seed + ((long) part << PART), step));
  }

  /** See {@link #values}. */
  record Values(TInt64 mask, TInt64 drop) implements AutoCloseable {
    @Override
    public void close() {
      mask.close();
      drop.close();
    }
  }

  /** Feeds them. */
  Session.Runner feed(Session.Runner runner, Values values) {
    return runner.feed(mask, values.mask()).feed(drop, values.drop());
  }
}
