package org.endossl.train;

import org.endossl.data.MsnInput;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

/**
 * One step's input, normalised.
 *
 * @param target [batch, size, size, 3], seen whole by the target encoder
 * @param random [randViews * batch, size, size, 3], view by view, seen by the anchor without the
 *     dropped patches
 * @param focal [focalViews * batch, focal, focal, 3], view by view; null without focal views
 * @param keep indices of the patches of random views that are kept, from 0; null keeps all
 * @param seed [2], another value for every step; null where nothing is drawn in the networks
 * @param views anchor views per frame: random and focal
 */
record MsnViews(
    Operand<TFloat32> target,
    Operand<TFloat32> random,
    @Nullable Operand<TFloat32> focal,
    @Nullable Operand<TInt32> keep,
    @Nullable Operand<TInt64> seed,
    int views) {
  /**
   * Of an input's images.
   *
   * @param views per frame, the target's left out
   */
  static MsnViews of(
      MsnInput.Images images,
      @Nullable Operand<TInt32> keep,
      @Nullable Operand<TInt64> seed,
      int views) {
    return new MsnViews(images.target(), images.random(), images.focal(), keep, seed, views);
  }

  /** Frames. */
  int frames() {
    return Math.toIntExact(target.shape().get(0));
  }
}
