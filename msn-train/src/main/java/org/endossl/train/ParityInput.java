package org.endossl.train;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.List;
import org.endossl.model.WeightsException;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** Views and masks of a {@link ParityFolder}, fed; the shapes are those of its first step. */
final class ParityInput {
  private static final String TARGET = "target_view";
  private static final String RANDOM = "rand_view";
  private static final String FOCAL = "focal_view";
  private static final String KEPT = "kept_patches";

  private final ParityFolder folder;
  private final int patches;
  private final Placeholder<TFloat32> target;
  private final Placeholder<TFloat32> random;
  private final @Nullable Placeholder<TFloat32> focal;
  private final @Nullable Placeholder<TInt32> keep;
  private final Placeholder<TBool> sinkhorn;
  private final int views;

  ParityInput(Ops tf, ParityFolder folder) throws IOException {
    this.folder = folder;
    this.patches = folder.encoder().patches();
    Shape targets = shape(TARGET);
    Shape randoms = shape(RANDOM);
    Shape focals = folder.views("s0." + FOCAL).isEmpty() ? Shape.of(0) : shape(FOCAL);
    this.target = tf.placeholder(TFloat32.class, Placeholder.shape(targets));
    this.random = tf.placeholder(TFloat32.class, Placeholder.shape(randoms));
    this.focal =
        focals.get(0) == 0 ? null : tf.placeholder(TFloat32.class, Placeholder.shape(focals));
    this.keep =
        folder.steps().entries().containsKey("s0." + KEPT)
            ? tf.placeholder(
                TInt32.class, Placeholder.shape(folder.steps().entry("s0." + KEPT).shape()))
            : null;
    this.sinkhorn = tf.placeholder(TBool.class, Placeholder.shape(Shape.scalar()));
    this.views = Math.toIntExact((randoms.get(0) + focals.get(0)) / targets.get(0));
  }

  MsnViews views() {
    return new MsnViews(target, random, focal, keep, null, views);
  }

  Operand<TBool> sinkhorn() {
    return sinkhorn;
  }

  /** Feeds one step; {@code fed} gets what the caller has to close after the run. */
  void feed(Session.Runner runner, List<Tensor> fed, int step, boolean balance) throws IOException {
    String prefix = "s" + step + ".";
    feed(runner, fed, target, images(prefix + TARGET, target.shape()));
    feed(runner, fed, random, images(prefix + RANDOM, random.shape()));
    if (focal != null) {
      feed(runner, fed, focal, images(prefix + FOCAL, focal.shape()));
    }
    if (keep != null) {
      feed(runner, fed, keep, TInt32.vectorOf(kept(prefix + KEPT)));
    }
    feed(runner, fed, sinkhorn, TBool.scalarOf(balance));
  }

  private static void feed(Session.Runner runner, List<Tensor> fed, Operand<?> to, Tensor value) {
    fed.add(value);
    runner.feed(to, value);
  }

  /** All views of a kind at the first step, channels last. */
  private Shape shape(String kind) throws IOException {
    List<String> names = folder.views("s0." + kind);
    if (names.isEmpty()) {
      throw new WeightsException(folder.steps().where() + ": no tensor s0." + kind);
    }
    long rows = 0;
    Shape one = Shape.of(0);
    for (String name : names) {
      one = folder.steps().entry(name).shape();
      rows += one.get(0);
    }
    return Shape.of(rows, one.get(2), one.get(3), one.get(1));
  }

  /** Bytes, channels first, to {@code x / 127.5 - 1}, channels last. */
  private TFloat32 images(String prefix, Shape shape) throws IOException {
    int channels = Math.toIntExact(shape.get(3));
    int plane = Math.toIntExact(shape.get(1) * shape.get(2));
    float[] values = new float[Math.toIntExact(shape.size())];
    int image = 0;
    for (String name : folder.views(prefix)) {
      ByteBuffer bytes = folder.steps().bytes(name);
      int images = bytes.limit() / (channels * plane);
      for (int b = 0; b < images; b++, image++) {
        for (int i = 0; i < channels * plane; i++) {
          int at = (image * plane + i % plane) * channels + i / plane;
          values[at] = (float) ((bytes.get(b * channels * plane + i) & 0xff) / 127.5 - 1);
        }
      }
    }
    return TFloat32.tensorOf(shape, DataBuffers.of(FloatBuffer.wrap(values)));
  }

  /** The class token is 0 there, so patches count from 1. */
  private int[] kept(String name) throws IOException {
    long[] counted = folder.steps().longs(name);
    int[] indices = new int[counted.length];
    for (int i = 0; i < counted.length; i++) {
      if (counted[i] < 1 || counted[i] > patches) {
        throw new WeightsException(
            folder.steps().where()
                + ": "
                + name
                + ": got "
                + counted[i]
                + ", wanted 1 to "
                + patches);
      }
      indices[i] = (int) counted[i] - 1;
    }
    return indices;
  }
}
