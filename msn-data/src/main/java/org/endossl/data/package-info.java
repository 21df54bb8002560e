/** tf.data graphs that read Cholec80 TFRecords, and the views of Masked Siamese Networks. */
package org.endossl.data;
