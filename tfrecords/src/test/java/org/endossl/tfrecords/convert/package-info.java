/** Conversion of small data sets that the tests make. */
@NullMarked
package org.endossl.tfrecords.convert;

import org.jspecify.annotations.NullMarked;
