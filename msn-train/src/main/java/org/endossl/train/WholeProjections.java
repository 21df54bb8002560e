package org.endossl.train;

import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

/**
 * The projections of a whole batch, fed, where they were computed in parts.
 *
 * @param anchors [views * batch, d], view by view
 * @param targets [batch, d]
 */
record WholeProjections(Placeholder<TFloat32> anchors, Placeholder<TFloat32> targets) {
  /**
   * For batches of some parts.
   *
   * @param anchors [views * rows, d] of a part
   * @param targets [rows, d] of a part
   */
  static WholeProjections of(
      Ops tf, Operand<TFloat32> anchors, Operand<TFloat32> targets, int parts) {
    return new WholeProjections(placeholder(tf, anchors, parts), placeholder(tf, targets, parts));
  }

  static Placeholder<TFloat32> placeholder(Ops tf, Operand<TFloat32> like, int times) {
    Shape shape = like.shape();
    return tf.placeholder(
        TFloat32.class, Placeholder.shape(Shape.of(shape.get(0) * times, shape.get(1))));
  }
}
