/**
 * Encoders as SavedModels that Python calls and TF Serving serves.
 *
 * <p>TensorFlow Java's own exporter writes signatures only; what {@code tf.saved_model.load} calls
 * is an object graph beside them, which is written here. Not here: reading SavedModels of others.
 */
@org.jspecify.annotations.NullMarked
package org.endossl.model.serving;
