/**
 * Runs files of golden values, made by the Python originals, on this build and says how far apart
 * the two are. A kind of file is known by what is in it, at any size; what this build cannot run is
 * reported as not supported, never passed over.
 */
@NullMarked
package org.endossl.eval.parity;

import org.jspecify.annotations.NullMarked;
