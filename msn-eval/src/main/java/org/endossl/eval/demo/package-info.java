/**
 * The main job on generated data, end to end: records, pre-training, probes of the pre-trained
 * network, of the same network with random weights and of mean colours, and the report.
 */
@NullMarked
package org.endossl.eval.demo;

import org.jspecify.annotations.NullMarked;
