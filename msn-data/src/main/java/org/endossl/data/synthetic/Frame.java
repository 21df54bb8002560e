package org.endossl.data.synthetic;

import java.util.List;

/**
 * A rendered frame.
 *
 * @param rgb one {@code 0xRRGGBB} per pixel, row by row
 * @param instruments seven flags in Cholec80's order: is at least 0.2 % of the view covered by it
 */
@SuppressWarnings("ArrayRecordComponent") // internal, never compared
record Frame(int width, int height, int[] rgb, List<Integer> instruments, Phase phase) {}
