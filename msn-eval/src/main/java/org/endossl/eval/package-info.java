/**
 * What a frozen encoder is worth: where its weights come from, and the listener that long work
 * reports to. Features, probes, metrics and embeddings have packages of their own; training is not
 * here.
 */
@org.jspecify.annotations.NullMarked
package org.endossl.eval;
