/**
 * Procedural endoscopic scenes as TFRecords in TF-Cholec80's schema: a data set that anyone may
 * have, for the demo, tests and benchmarks.
 *
 * <p>A frame is a pure function of the seed, the video's number and the frame's number. The phase
 * shows in shapes and their relations (tips of instruments, state of the gallbladder, clips, bag);
 * mean colour and contrast of a frame are drawn independently of its phase. It is no simulator:
 * nothing here is anatomically exact, and scores on it say nothing about real video.
 */
@NullMarked
package org.endossl.data.synthetic;

import org.jspecify.annotations.NullMarked;
