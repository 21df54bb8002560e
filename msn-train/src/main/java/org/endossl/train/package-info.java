/** The MSN training graph, its optimizer, schedules, checkpoints and loop. */
package org.endossl.train;
