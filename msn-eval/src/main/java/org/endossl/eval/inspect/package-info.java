/**
 * What a frozen encoder makes of frames, for people to look at: attention maps of the class token,
 * a map of the features in the plane, and the prototypes with the frames that they draw. Numbers
 * only; pages and pictures are the report's, scores are not here.
 */
@NullMarked
package org.endossl.eval.inspect;

import org.jspecify.annotations.NullMarked;
