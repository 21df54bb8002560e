package org.endossl.tfrecords.video;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The frames of one video in order, one at a time. Not for use by several threads. */
public interface FrameSource extends Closeable {

  /** How many there are, or -1 when that shows only at the end. */
  long frames();

  /**
   * The next encoded image, or null at the end.
   *
   * @throws org.endossl.tfrecords.DataException when the video is damaged
   */
  byte @Nullable [] next() throws IOException;

  /** What is next or was wrong, for messages. */
  String where();

  /** What the decoder complained of so far. */
  List<String> warnings();
}
