package org.endossl.eval.probe;

import java.util.List;
import org.endossl.eval.features.FeatureSet;
import org.endossl.eval.features.FrameTable;
import org.endossl.eval.features.Matrix;
import org.jspecify.annotations.Nullable;

/** Scaled features, phases and frames of one part of a split. */
@SuppressWarnings("ArrayRecordComponent")
record Part(Matrix x, int[] phases, FrameTable frames) {
  /** Scales the set's own copy. */
  static Part of(FeatureSet set, Scaling scaling) {
    scaling.apply(set.matrix());
    return new Part(set.matrix(), set.frames().phases(), set.frames());
  }

  /** The frames of some videos; null if there are none. */
  static @Nullable Part of(FeatureSet features, List<String> videos, Scaling scaling) {
    return videos.isEmpty() ? null : of(features.select(videos), scaling);
  }
}
