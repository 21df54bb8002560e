/**
 * Whether a data set is what one believes it to be: everything at once, for people and as JSON and
 * HTML. Single damaged records are found by {@link org.endossl.tfrecords.RecordVerifier}.
 */
@NullMarked
package org.endossl.tfrecords.check;

import org.jspecify.annotations.NullMarked;
