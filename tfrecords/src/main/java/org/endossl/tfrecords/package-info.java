/**
 * TFRecord files, the tf.Example codec and the Cholec80 frame schema: reading, writing, checking,
 * indexing and converting. Graphs, decoding of pixels for training and views are not here; no
 * TensorFlow runtime is needed or loaded.
 *
 * <p>Records are counted from 0. The byte offset of a record is where its length field begins, in
 * the uncompressed stream for GZIP and ZLIB files. Every exception for bad data is a {@link
 * org.endossl.tfrecords.DataException} whose message is one line for a person.
 */
@NullMarked
package org.endossl.tfrecords;

import org.jspecify.annotations.NullMarked;
