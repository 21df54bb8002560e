/**
 * The update of the target encoder: the fused native {@code EmaUpdate} op and its portable form,
 * which give the same bits.
 */
@org.jspecify.annotations.NullMarked
package org.endossl.train.ema;
