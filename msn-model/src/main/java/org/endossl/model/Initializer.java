package org.endossl.model;

import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * A variable's first value, computed in the graph: building a network moves no weights. What is
 * drawn depends on {@code (seed, key)} only, never on the order of building or on threads.
 */
@FunctionalInterface
public interface Initializer {
  /**
   * The value.
   *
   * @param seed of the network
   * @param key of the variable within it
   * @return [shape]
   */
  Operand<TFloat32> value(Ops tf, Shape shape, long seed, long key);

  /** Zeros. */
  static Initializer zeros() {
    return constant(0);
  }

  /** Ones. */
  static Initializer ones() {
    return constant(1);
  }

  /** One value everywhere. */
  static Initializer constant(float value) {
    return (tf, shape, seed, key) -> tf.fill(tf.constant(shape), tf.constant(value));
  }

  /** Normal with mean 0. */
  static Initializer normal(double std) {
    return (tf, shape, seed, key) ->
        tf.math.mul(
            tf.random.statelessRandomNormal(
                tf.constant(shape), tf.constant(new long[] {seed, key})),
            tf.constant((float) std));
  }

  /**
   * Normal with mean 0, clipped at ±2. Source: {@code trunc_normal_} of facebookresearch/msn, whose
   * bounds are absolute: at its std of 0.02 they are 100 standard deviations away and it is a plain
   * normal. Deviation: values outside are clipped, not drawn again; that differs for std over 0.5
   * only.
   */
  static Initializer truncatedNormal(double std) {
    return (tf, shape, seed, key) ->
        tf.clipByValue(normal(std).value(tf, shape, seed, key), tf.constant(-2f), tf.constant(2f));
  }

  /** Uniform in [-limit, limit). */
  static Initializer uniform(double limit) {
    return (tf, shape, seed, key) ->
        tf.math.sub(
            tf.math.mul(
                tf.random.statelessRandomUniform(
                    tf.constant(shape), tf.constant(new long[] {seed, key})),
                tf.constant((float) (2 * limit))),
            tf.constant((float) limit));
  }
}
