/**
 * Cholec80 as it is published, or as extracted frames, made into TFRecords. Downloading is not
 * here, nor is the change of records into other records.
 */
@NullMarked
package org.endossl.tfrecords.convert;

import org.jspecify.annotations.NullMarked;
