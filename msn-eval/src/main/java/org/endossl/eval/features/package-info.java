/**
 * Features of frames: computed once by a frozen encoder, kept on disk as a matrix with a table of
 * its rows, found again by what they were made from. Images are read by the data module; what is
 * done with features is not here.
 */
@org.jspecify.annotations.NullMarked
package org.endossl.eval.features;
