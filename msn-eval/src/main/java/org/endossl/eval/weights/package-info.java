/**
 * Moves encoders between formats: runs of this program, training checkpoints of
 * facebookresearch/msn, Hugging Face directories, SavedModels. Not here: the formats themselves,
 * which the model module reads and writes.
 */
@NullMarked
package org.endossl.eval.weights;

import org.jspecify.annotations.NullMarked;
