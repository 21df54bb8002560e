package org.endossl.train;

import com.google.common.primitives.ImmutableIntArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.endossl.model.Compute;
import org.endossl.model.DropPath;
import org.endossl.model.ModelVariable;
import org.endossl.model.ProjectionHead;
import org.endossl.model.Recomputation;
import org.endossl.model.Vit;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/**
 * The forward pass of both networks, and gradients back through the anchor's.
 *
 * <p>With several towers each device computes the two encoders, and later the anchor's gradient, of
 * its share of the frames. Variables, heads, loss and optimizer are on the first device: what goes
 * there is a class token per view, what comes back its gradient, and each device reads every weight
 * once per step and sends one gradient for it. Heads see the class tokens of the whole batch, in
 * the order in which one device has them, so that BatchNorm's statistics, me-max and Sinkhorn's
 * balance are those of the whole batch; a step differs from one device's by the order of sums only.
 */
final class Encoders {
  /** Keep the draws of the two encoders apart from each other and from the patches'. */
  private static final long ANCHOR_DRAWS = 1L << 40;

  private static final long TARGET_DRAWS = 1L << 41;

  private final Graph graph;
  private final Placement placement;
  private final MsnNetwork network;
  private final List<Tower> towers;
  private final Compute compute;
  private final List<Op> updates = new ArrayList<>();
  private final List<@Nullable Recomputation> recomputations = new ArrayList<>();
  private final List<Operand<TFloat32>> anchorTokens = new ArrayList<>(); // one per tower
  private final Operand<TFloat32> target;
  private final Operand<TFloat32> anchor;

  Encoders(
      Graph graph, MsnNetwork network, List<Tower> towers, Compute compute, boolean recompute) {
    this.graph = graph;
    this.placement = new Placement(graph);
    this.network = network;
    this.towers = List.copyOf(towers);
    this.compute = compute;
    for (int i = 0; i < towers.size(); i++) {
      recomputations.add(recompute ? new Recomputation() : null);
    }
    Ops tf = Ops.create(graph);
    List<Operand<TFloat32>> tokens = new ArrayList<>();
    this.target = target(tf.withSubScope("target"), tokens);
    // Side by side on one device their ops would take each other's caches.
    this.anchor = anchor(tf.withSubScope("anchor"), towers.size() == 1 ? List.of(target) : tokens);
  }

  /**
   * The target's view whole; in training mode too, so its BatchNorm uses the batch's statistics.
   *
   * @param tokens gets each tower's class tokens
   */
  private Operand<TFloat32> target(Ops tf, List<Operand<TFloat32>> tokens) {
    for (int i = 0; i < towers.size(); i++) {
      int index = i;
      Ops scope = scope(tf, i);
      MsnViews views = towers.get(i).views();
      tokens.add(
          placement.on(
              towers.get(i).device(),
              () ->
                  Vit.packedClassTokens(
                      scope,
                      network.target(),
                      network.encoder(),
                      compute.withoutGradients(),
                      List.of(new Vit.View(views.target(), null)),
                      drop(scope, index, TARGET_DRAWS, new int[] {1}),
                      null)));
    }
    ProjectionHead.Output output =
        ProjectionHead.apply(tf, network.targetHead(), compute, joined(tf, tokens, 1), batch(1));
    updates.addAll(output.runningAverageUpdates());
    return tf.stopGradient(output.z());
  }

  /**
   * The anchor's random views without the dropped patches, then its focal views. An encoder sees
   * all their tokens as one matrix; the head's BatchNorm takes each group by itself.
   *
   * @param after what each tower's begins behind
   */
  private Operand<TFloat32> anchor(Ops tf, List<Operand<TFloat32>> after) {
    for (int i = 0; i < towers.size(); i++) {
      int index = i;
      Ops scope = scope(tf, i);
      anchorTokens.add(
          placement.on(towers.get(i).device(), () -> anchorTokens(scope, index, after.get(index))));
    }
    MsnViews views = towers.get(0).views();
    Operand<TFloat32> tokens = joined(tf, anchorTokens, views.views());
    ProjectionHead.Output output =
        ProjectionHead.apply(
            tf,
            network.anchorHead(),
            compute,
            tokens,
            Arrays.stream(groups(views)).map(this::batch).toArray());
    updates.addAll(output.runningAverageUpdates());
    return output.z();
  }

  /** Rows of so many views of the whole batch. */
  private int batch(int views) {
    return views * towers.get(0).views().frames() * towers.size();
  }

  private Operand<TFloat32> anchorTokens(Ops tf, int index, Operand<TFloat32> after) {
    MsnViews views = towers.get(index).views();
    List<Vit.View> seen = new ArrayList<>();
    seen.add(
        new Vit.View(
            tf.withControlDependencies(List.of(after)).identity(views.random()), views.keep()));
    Operand<TFloat32> focal = views.focal();
    if (focal != null) {
      seen.add(new Vit.View(focal, null));
    }
    return Vit.packedClassTokens(
        tf,
        network.anchor(),
        network.encoder(),
        compute,
        seen,
        drop(tf, index, ANCHOR_DRAWS, groups(views)),
        recomputations.get(index));
  }

  private Ops scope(Ops tf, int tower) {
    return towers.size() == 1 ? tf : tf.withSubScope("tower" + tower);
  }

  /** The anchor's views per frame of each size: random, and focal if there are any. */
  private static int[] groups(MsnViews views) {
    int random = (int) (views.random().shape().get(0) / views.frames());
    return views.focal() == null ? new int[] {random} : new int[] {random, views.views() - random};
  }

  /** The towers' rows, each view by view, as one batch's, view by view. */
  private Operand<TFloat32> joined(Ops tf, List<Operand<TFloat32>> each, int views) {
    if (each.size() == 1) {
      return each.get(0);
    }
    int frames = towers.get(0).views().frames();
    int width = network.encoder().width();
    List<Operand<TFloat32>> byView = new ArrayList<>();
    each.forEach(x -> byView.add(tf.reshape(x, tf.constant(new int[] {views, frames, width}))));
    return tf.reshape(
        tf.concat(byView, tf.constant(1)),
        tf.constant(new int[] {views * frames * each.size(), width}));
  }

  /**
   * Both encoders are in training mode; null where the rate is 0. A tower takes its rows of the
   * whole batch's draw.
   *
   * @param groups views per frame of each size
   */
  private @Nullable DropPath drop(Ops tf, int tower, long draws, int[] groups) {
    if (network.encoder().dropPath() == 0) {
      return null;
    }
    MsnViews views = towers.get(tower).views();
    Operand<TInt64> seed = views.seed();
    if (seed == null) {
      throw new IllegalArgumentException("drop_path: wanted views with a seed");
    }
    Operand<TInt64> own = tf.math.add(seed, tf.constant(new long[] {draws, 0}));
    if (towers.size() == 1) {
      return new DropPath(own);
    }
    int frames = views.frames();
    int batch = frames * towers.size();
    ImmutableIntArray.Builder rows = ImmutableIntArray.builder();
    int all = 0;
    for (int group : groups) {
      for (int view = 0; view < group; view++) {
        for (int row = 0; row < frames; row++) {
          rows.add(all + tower * frames + row);
        }
        all += batch;
      }
    }
    return new DropPath(own, new DropPath.Share(rows.build(), all));
  }

  /** [batch, d], without gradient. */
  Operand<TFloat32> target() {
    return target;
  }

  /** [views * batch, d], view by view. */
  Operand<TFloat32> anchor() {
    return anchor;
  }

  /** Of the heads' running averages; to be run with the step. */
  List<Op> updates() {
    return List.copyOf(updates);
  }

  /**
   * Adds gradients to the graph: behind the class tokens on the first device, before them on each
   * tower's own, and their sum on the first, in the towers' order.
   *
   * @param y what is differentiated; depends on {@link #anchor}
   * @param dy the gradient that reaches it; null for 1
   * @param xs values of all parameters of the anchor's encoder, and of others that {@code y}
   *     depends on
   * @return one per {@code xs}, of its shape
   */
  List<Operand<TFloat32>> gradients(
      Operand<TFloat32> y, @Nullable Operand<TFloat32> dy, List<? extends Operand<TFloat32>> xs) {
    if (towers.size() == 1) {
      return Gradients.of(graph, y, dy, xs, recomputations.get(0));
    }
    Ops tf = Ops.create(graph).withSubScope("towers");
    Set<Output<?>> inside = new HashSet<>();
    network.encoderParameters().forEach(v -> inside.add(v.value().asOutput()));
    List<Operand<TFloat32>> weights = new ArrayList<>();
    List<Operand<TFloat32>> behind = new ArrayList<>(anchorTokens);
    for (Operand<TFloat32> x : xs) {
      (inside.contains(x.asOutput()) ? weights : behind).add(x);
    }
    List<Operand<TFloat32>> outer = Gradients.of(graph, y, dy, behind);
    List<List<Operand<TFloat32>>> each = new ArrayList<>();
    for (int i = 0; i < towers.size(); i++) {
      int index = i;
      each.add(
          placement.on(
              towers.get(i).device(),
              () ->
                  Gradients.of(
                      graph,
                      anchorTokens.get(index),
                      outer.get(index),
                      weights,
                      recomputations.get(index))));
    }
    Map<Output<?>, Operand<TFloat32>> found = new HashMap<>();
    for (int i = 0; i < weights.size(); i++) {
      int index = i;
      found.put(
          weights.get(i).asOutput(),
          tf.math.addN(each.stream().map(gradients -> gradients.get(index)).toList()));
    }
    for (int i = towers.size(); i < behind.size(); i++) {
      found.put(behind.get(i).asOutput(), outer.get(i));
    }
    return xs.stream().map(x -> Objects.requireNonNull(found.get(x.asOutput()))).toList();
  }

  /** Values of variables, to differentiate by. */
  static List<Operand<TFloat32>> values(List<ModelVariable> variables) {
    return variables.stream().map(ModelVariable::value).toList();
  }
}
