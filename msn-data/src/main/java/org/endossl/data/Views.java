package org.endossl.data;

import java.util.ArrayList;
import java.util.List;
import org.endossl.model.Compute;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;

/**
 * All views of a decoded frame, as facebookresearch/msn's make_transforms composes them: crop,
 * colour jitter, grey, blur, flip. The target is one more random view, and each draws for itself.
 * The bytes are PIL's (as of Pillow 10.4; Pillow 13 begins with the columns of some boxes), whether
 * {@link InputOps} or {@link ViewLoops} makes them.
 *
 * <p>Deviation: views are mirrored last, which gives the same pixels.
 */
final class Views implements AutoCloseable {
  private final ViewsConfig config;
  private final @Nullable ViewLoops loops;

  /**
   * Builds what the configuration can draw, and nothing that it cannot.
   *
   * @param kernels native op or TensorFlow's own
   */
  Views(ViewsConfig config, Compute.Kernels kernels) {
    this.config = config;
    this.loops = InputOps.used(kernels) ? null : new ViewLoops(config);
  }

  /**
   * Makes the views.
   *
   * @param image [height, width, 3]
   * @param seed [2]; decides everything that is drawn
   * @return target, random views, focal views, each [size, size, 3]
   */
  List<Operand<TUint8>> of(Ops tf, Operand<TUint8> image, Operand<TInt64> seed) {
    List<Operand<TUint8>> views = new ArrayList<>();
    List<ViewDraws> draws = ViewDraws.of(tf, image, seed, config);
    for (int i = 0; i < draws.size(); i++) {
      int count = i == 0 ? 1 + config.randViews() : config.focalViews();
      tf.unstack(ofOneSize(tf, i, image, draws.get(i), count), (long) count)
          .output()
          .forEach(views::add);
    }
    return views;
  }

  private Operand<TUint8> ofOneSize(
      Ops tf, int sizes, Operand<TUint8> image, ViewDraws draws, int count) {
    ViewLoops portable = loops;
    return portable != null
        ? portable.of(tf, sizes, image, draws)
        : InputOps.views(
            tf,
            image,
            draws,
            count,
            sizes == 0 ? config.randSize() : config.focalSize(),
            config.colorJitter() > 0,
            config.flip());
  }

  @Override
  public void close() {
    if (loops != null) {
      loops.close();
    }
  }
}
