/**
 * SavedModels of others, called as Python does with {@code tf.saved_model.load(dir)(images)}:
 * object graph, variables by checkpoint key, the function. Not here: writing them
 * (org.endossl.model.serving), converting their variables into our networks
 * (org.endossl.model.flax).
 */
@org.jspecify.annotations.NullMarked
package org.endossl.model.savedmodel;
