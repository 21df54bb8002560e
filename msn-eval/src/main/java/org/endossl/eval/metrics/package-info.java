/**
 * Scores of predicted phases and tools, by named conventions: endossl's, to its two decimals, and
 * the usual frame and video scores per phase. Reads predictions from CSV; makes none.
 */
@org.jspecify.annotations.NullMarked
package org.endossl.eval.metrics;
