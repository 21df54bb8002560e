/**
 * Classes of single images that lie in a folder per class, as polyp frames do: a linear classifier
 * on frozen features and its accuracy.
 */
@org.jspecify.annotations.NullMarked
package org.endossl.eval.images;
