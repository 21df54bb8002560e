package org.endossl.train;

import java.util.List;

/**
 * A device with its share of a batch.
 *
 * @param device as in {@code /device:GPU:1}; empty leaves the choice to TensorFlow
 * @param views of its frames
 */
record Tower(String device, MsnViews views) {
  /** The whole batch where TensorFlow puts it. */
  static List<Tower> only(MsnViews views) {
    return List.of(new Tower("", views));
  }
}
