/**
 * Weights of networks written in JAX with Flax, above all scenic's Vision Transformer, which
 * endossl's released backbones are: their files and their names. Not here: SavedModels made of them
 * (org.endossl.model.savedmodel).
 */
@org.jspecify.annotations.NullMarked
package org.endossl.model.flax;
