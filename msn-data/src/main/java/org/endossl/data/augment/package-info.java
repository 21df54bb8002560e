/**
 * MSN's view operations as graph ops, each held against torchvision on PIL images.
 *
 * <p>Inside, an image is planar: float [3, height, width] of whole numbers 0..255. Planar ops are
 * contiguous, and whole numbers after every op give PIL's pixels. Not here: reading, decoding,
 * batching, normalising.
 */
@NullMarked
package org.endossl.data.augment;

import org.jspecify.annotations.NullMarked;
