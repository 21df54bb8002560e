/** Optimizers as graph nodes over resource variables; rates and decays are fed as scalars. */
@org.jspecify.annotations.NullMarked
package org.endossl.train.optim;
