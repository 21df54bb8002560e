package org.endossl.train;

import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.endossl.data.ViewsConfig;
import org.endossl.model.HostTensor;
import org.endossl.model.Vit;
import org.endossl.train.board.Picture;
import org.endossl.train.board.Tiles;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * Pictures of a step's input and of what the target encoder looks at. The frames are those of a
 * training step, so a run with pictures takes the same steps as one without.
 */
final class RunPictures {
  private static final int FRAMES = 4;

  private final PretrainConfig config;
  private final MsnViews views;
  private final Operand<TFloat32> keep;
  private final @Nullable Placeholder<TFloat32> images;
  private final @Nullable Operand<TFloat32> attention;

  /**
   * Adds what the pictures need to the graph.
   *
   * @param views of a step, or of its first part, on the first device
   */
  RunPictures(Ops ops, PretrainConfig config, MsnNetwork network, MsnViews views) {
    Ops tf = ops.withSubScope("pictures");
    this.config = config;
    this.views = views;
    Operand<TInt32> kept = views.keep();
    int patches = config.encoder().patches();
    this.keep =
        kept == null
            ? tf.range(tf.constant(0f), tf.constant((float) patches), tf.constant(1f))
            : tf.dtypes.cast(kept, TFloat32.class);
    if (!config.logs().tensorboard() || config.logs().attentionEveryEpochs() == 0) {
      this.images = null;
      this.attention = null;
      return;
    }
    int side = config.views().randSize();
    Placeholder<TFloat32> fed =
        tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(frames(), side, side, 3)));
    List<Operand<TFloat32>> maps =
        Vit.forward(tf, network.target(), config.encoder(), fed, null).attentions();
    this.images = fed;
    this.attention = maps.get(maps.size() - 1); // [frames, heads, tokens, tokens]
  }

  private int frames() {
    return Math.min(FRAMES, config.framesPerDevice());
  }

  /** Whether the first step of an epoch shows its views. */
  boolean showsViews(long epoch) {
    return due(epoch, config.logs().viewsEveryEpochs());
  }

  /** Whether the first step of an epoch shows attention. */
  boolean showsAttention(long epoch) {
    return due(epoch, config.logs().attentionEveryEpochs());
  }

  private boolean due(long epoch, int every) {
    return config.logs().tensorboard() && every > 0 && epoch % every == 0;
  }

  /** What a step must fetch for its pictures. */
  List<Operand<TFloat32>> fetches() {
    List<Operand<TFloat32>> all = new ArrayList<>(List.of(views.target(), views.random(), keep));
    Operand<TFloat32> focal = views.focal();
    if (focal != null) {
      all.add(focal);
    }
    return all;
  }

  /** A row per frame: the target's view, then the anchor's, dropped patches in grey. */
  Picture views(List<HostTensor> got) {
    ViewsConfig v = config.views();
    float[] target = got.get(0).toArray();
    float[] random = got.get(1).toArray();
    Set<Integer> kept = new HashSet<>();
    for (float index : got.get(2).toArray()) {
      kept.add((int) index);
    }
    int part = config.framesPerDevice();
    List<List<BufferedImage>> rows = new ArrayList<>();
    for (int i = 0; i < frames(); i++) {
      List<BufferedImage> row = new ArrayList<>(List.of(tile(target, i, v.randSize())));
      for (int r = 0; r < v.randViews(); r++) {
        BufferedImage tile = tile(random, r * part + i, v.randSize());
        Tiles.mask(tile, config.encoder().patchSize(), kept);
        row.add(tile);
      }
      for (int f = 0; f < v.focalViews(); f++) {
        row.add(tile(got.get(3).toArray(), f * part + i, v.focalSize()));
      }
      rows.add(row);
    }
    return Picture.grid(rows);
  }

  private BufferedImage tile(float[] values, int index, int side) {
    return Tiles.image(
        values,
        index,
        side,
        config.views().normalization().mean(),
        config.views().normalization().std());
  }

  /**
   * A row per frame: the target's view, what the class token of the last block attends to on
   * average over the heads, and by each head.
   *
   * @param got of {@link #fetches}
   */
  Picture attention(Session session, List<HostTensor> got) {
    Placeholder<TFloat32> fed = images;
    Operand<TFloat32> maps = attention;
    if (fed == null || maps == null) {
      throw new IllegalStateException("pictures: attention was not asked for by the configuration");
    }
    int side = config.views().randSize();
    float[] target = got.get(0).toArray();
    float[] first = java.util.Arrays.copyOf(target, frames() * side * side * 3);
    List<List<BufferedImage>> rows = new ArrayList<>();
    try (TFloat32 batch =
            TFloat32.tensorOf(Shape.of(frames(), side, side, 3), DataBuffers.of(first));
        Result result = session.runner().feed(fed, batch).fetch(maps).run()) {
      TFloat32 weights = (TFloat32) result.get(0);
      for (int i = 0; i < frames(); i++) {
        rows.add(row(tile(target, i, side), weights, i));
      }
    }
    return Picture.grid(rows);
  }

  private List<BufferedImage> row(BufferedImage image, TFloat32 weights, int frame) {
    int heads = config.encoder().heads();
    int patches = config.encoder().patches();
    double[] mean = new double[patches];
    List<BufferedImage> each = new ArrayList<>();
    for (int h = 0; h < heads; h++) {
      double[] map = new double[patches];
      for (int p = 0; p < patches; p++) {
        map[p] = weights.getFloat(frame, h, 0, p + 1); // the class token is the first
        mean[p] += map[p] / heads;
      }
      each.add(Tiles.spotlight(image, config.encoder().patchSize(), map));
    }
    List<BufferedImage> row =
        new ArrayList<>(List.of(image, Tiles.spotlight(image, config.encoder().patchSize(), mean)));
    row.addAll(each);
    return row;
  }
}
