package org.endossl.model;

import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TType;

/**
 * A float32 resource variable of a graph. The graph's session owns its value.
 *
 * @param name the checkpoint's key, unique in the graph
 * @param shape fully known
 * @param handle the resource
 * @param value its one read; differentiate by this
 * @param trainable false for running averages and optimizer slots
 * @param initializer the op that draws its first value
 */
public record ModelVariable(
    String name,
    Shape shape,
    Operand<? extends TType> handle,
    Operand<TFloat32> value,
    boolean trainable,
    Op initializer) {}
