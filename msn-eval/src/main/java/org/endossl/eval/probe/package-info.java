/**
 * Probes of frozen features: endossl's linear layer with its optimizers and callbacks, and nearest
 * neighbours. They see cached features, never images.
 */
@org.jspecify.annotations.NullMarked
package org.endossl.eval.probe;
