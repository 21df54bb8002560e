/**
 * Fine-tuning of a whole encoder with a linear layer on it, by endossl's protocol: phases or tool
 * presence. Not here: probes of frozen features (org.endossl.eval.probe).
 */
@NullMarked
package org.endossl.eval.finetune;

import org.jspecify.annotations.NullMarked;
