@NullMarked
package org.endossl.tfrecords.video;

import org.jspecify.annotations.NullMarked;
