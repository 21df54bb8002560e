/**
 * Heads that see a video's frames one after the other, on cached features: a causal multi-stage TCN
 * and an LSTM, trained as graphs. No head sees a frame that is still to come.
 */
@org.jspecify.annotations.NullMarked
package org.endossl.eval.temporal;
