/**
 * Networks, losses and their weights as values: a layer is a record of weights and a static apply.
 *
 * <p>In it: the Vision Transformer and projection head of facebookresearch/msn, the MSN loss, the
 * store that creates variables, checkpoints, and weights from and to foreign formats. Not in it:
 * optimizers, schedules and the training loop (org.endossl.train), images and views
 * (org.endossl.data).
 *
 * <p>Images are [batch, height, width, 3] and normalised; matrices are stored [in, out]; inside a
 * network tokens are one matrix [batch * tokens, width].
 */
@org.jspecify.annotations.NullMarked
package org.endossl.model;
