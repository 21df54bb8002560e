/**
 * The native library with the fused ops of a Vision Transformer. Where it does not load, the
 * networks are built of TensorFlow's own ops instead.
 */
@org.jspecify.annotations.NullMarked
package org.endossl.model.ops;
