/** What a frozen encoder costs on this machine; the training step is timed in org.endossl.train. */
@NullMarked
package org.endossl.eval.bench;

import org.jspecify.annotations.NullMarked;
