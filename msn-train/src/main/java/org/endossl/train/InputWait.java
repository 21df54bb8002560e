package org.endossl.train;

import java.time.Instant;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.family.TType;

/**
 * Measures how long a step waits for its input: from the moment that is fed to the moment when the
 * iterator has given a batch, both by the system's clock.
 *
 * @param begin the moment at which the step begins, seconds since 1970, to be fed
 * @param waited seconds, scalar
 * @param read reads the clock when the input is there
 */
record InputWait(Placeholder<TFloat64> begin, Operand<TFloat32> waited, Op read) {
  /** Measures until the op that gives {@code input} has run. */
  static InputWait build(Ops ops, Operand<? extends TType> input) {
    Ops tf = Placement.onCpu(ops.withSubScope("wait"));
    Placeholder<TFloat64> begin = tf.placeholder(TFloat64.class, Placeholder.shape(Shape.scalar()));
    // By its value: where that is fed, as in the second pass over a part, no iterator is run.
    Operand<? extends TType> come = identity(tf, input);
    Op given = () -> come.asOutput().op();
    Operand<TFloat64> there = tf.withControlDependencies(given).timestamp();
    return new InputWait(
        begin,
        tf.dtypes.cast(tf.math.sub(there, begin), TFloat32.class),
        () -> there.asOutput().op());
  }

  private static <T extends TType> Operand<T> identity(Ops tf, Operand<T> input) {
    return tf.identity(input);
  }

  /**
   * The same views behind the reading of the clock, which would otherwise wait for a thread while
   * the first layers compute.
   */
  MsnViews behind(Ops tf, MsnViews views) {
    Ops late = tf.withControlDependencies(read);
    Operand<TFloat32> focal = views.focal();
    return new MsnViews(
        late.identity(views.target()),
        late.identity(views.random()),
        focal == null ? null : late.identity(focal),
        views.keep(),
        views.seed(),
        views.views());
  }

  /** The moment to feed; the caller closes it. */
  static TFloat64 now() {
    Instant now = Instant.now();
    return TFloat64.scalarOf(now.getEpochSecond() + now.getNano() / 1e9);
  }
}
