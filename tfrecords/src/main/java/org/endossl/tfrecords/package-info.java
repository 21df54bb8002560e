/**
 * TFRecord files, the tf.Example codec and the Cholec80 frame schema. No TensorFlow runtime is
 * needed or loaded here.
 */
package org.endossl.tfrecords;
