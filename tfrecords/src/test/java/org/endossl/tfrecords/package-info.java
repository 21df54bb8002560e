/** Laws and golden values of the record files. */
@NullMarked
package org.endossl.tfrecords;

import org.jspecify.annotations.NullMarked;
