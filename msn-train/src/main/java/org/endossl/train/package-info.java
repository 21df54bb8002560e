/** The MSN training graph, its optimizer, schedules, checkpoints and loop. */
@org.jspecify.annotations.NullMarked
package org.endossl.train;
