/**
 * One self-contained HTML file per run: what was done with which data, how training went, scores,
 * confusion, and every video's phases. It needs no network, works on a phone and by keyboard, and
 * says nothing by colour alone. It holds small pictures of frames where the records are at hand,
 * and says so; what is not at hand is named where it would have been.
 */
@NullMarked
package org.endossl.eval.report;

import org.jspecify.annotations.NullMarked;
