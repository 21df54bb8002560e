/** tf.data graphs that read Cholec80 TFRecords, and the views of Masked Siamese Networks. */
@NullMarked
package org.endossl.data;

import org.jspecify.annotations.NullMarked;
