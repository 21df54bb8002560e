package org.endossl.tfrecords.convert;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The frames of one video in order, one at a time. */
interface FrameSource extends Closeable {

  /** How many there are, or -1 when that shows only at the end. */
  long frames();

  /** The next encoded image, or null at the end. */
  byte @Nullable [] next() throws IOException;

  /** What is next or was wrong, for messages. */
  String where();

  /** What the decoder complained of so far. */
  List<String> warnings();
}
