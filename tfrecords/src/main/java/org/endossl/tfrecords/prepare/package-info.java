/**
 * From an address to a directory of videos or frames: download with resume and checksum, safe
 * unpacking. Conversion to records is {@link org.endossl.tfrecords.convert}'s.
 */
@NullMarked
package org.endossl.tfrecords.prepare;

import org.jspecify.annotations.NullMarked;
