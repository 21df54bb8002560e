package org.endossl.model;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * Gradients through an encoder whose blocks do not keep their activations. Source: Chen and others
 * 2016, "Training Deep Nets with Sublinear Memory Cost", with a block as the segment.
 *
 * <p>Kept is the residual stream before each block, one [rows, width] tensor. When the backward
 * pass reaches a block, the block is computed once more from it, on identities of stream and
 * weights that wait for the gradient, and is differentiated there; nothing else reads the
 * activations of the forward pass, so TensorFlow frees them as it goes. The price is about one more
 * forward pass. Draws of stochastic depth are functions of a seed and are the same both times.
 *
 * <p>Each block has one output that is differentiated, the sum behind it: TensorFlow's gradient
 * builder is wrong where one of several outputs is computed from another. That sum is an {@code
 * AddN}, whose gradient needs no shapes and thus no value, so that its last matrix product is not
 * computed again.
 */
public final class Recomputation {
  /** A block as a function of its weights and of the residual stream before it. */
  interface Body {
    Block.Output apply(Ops tf, Block.Weights weights, Block.Stream in);
  }

  private record Segment(Body body, Block.Weights weights, Operand<TFloat32> before) {}

  private record Ends(
      Arithmetic arithmetic, Embedding.Weights embedding, Operand<TFloat32> after) {}

  private final List<Segment> segments = new ArrayList<>();
  private @Nullable Ends ends;

  /** To be given to {@link Vit#packedClassTokens} once. */
  public Recomputation() {}

  void block(Body body, Block.Weights weights, Operand<TFloat32> before) {
    if (ends != null) {
      throw new IllegalStateException("recomputation: it has learnt a network already");
    }
    segments.add(new Segment(body, weights, before));
  }

  void ends(Arithmetic arithmetic, Embedding.Weights embedding, Operand<TFloat32> after) {
    ends = new Ends(arithmetic, embedding, after);
  }

  /**
   * Adds gradients to the graph.
   *
   * @param y what is differentiated; depends on the network's class tokens
   * @param dy the gradient that reaches it; null for 1
   * @param xs values of the network's variables, all of them, and of others that {@code y} depends
   *     on
   * @return one per {@code xs}, of its shape
   */
  public List<Operand<TFloat32>> gradients(
      Graph graph,
      Operand<TFloat32> y,
      @Nullable Operand<TFloat32> dy,
      List<? extends Operand<TFloat32>> xs) {
    Ends known = ends;
    if (known == null) {
      throw new IllegalStateException("recomputation: no network was built with it");
    }
    Ops tf = Ops.create(graph).withSubScope("recompute");
    List<Operand<TFloat32>> embedding = weights(known.embedding());
    Set<Output<?>> inside = new HashSet<>();
    embedding.forEach(w -> inside.add(w.asOutput()));
    segments.forEach(s -> weights(s.weights()).forEach(w -> inside.add(w.asOutput())));

    Map<Output<?>, Operand<TFloat32>> found = new LinkedHashMap<>();
    List<Operand<TFloat32>> behind = new ArrayList<>(List.of(known.after()));
    xs.stream().filter(x -> !inside.contains(x.asOutput())).forEach(behind::add);
    differentiate(graph, y, dy, behind, behind, found);
    Operand<TFloat32> passed = found(found, known.after());
    for (int i = segments.size() - 1; i >= 0; i--) {
      passed = block(graph, tf.withSubScope("block" + i), known, segments.get(i), passed, found);
    }
    differentiate(graph, segments.get(0).before(), passed, embedding, embedding, found);
    return xs.stream().map(x -> found(found, x)).toList();
  }

  /** One block's gradients by its weights, into {@code found}; gives that by what is before it. */
  private static Operand<TFloat32> block(
      Graph graph,
      Ops tf,
      Ends ends,
      Segment segment,
      Operand<TFloat32> gradient,
      Map<Output<?>, Operand<TFloat32>> found) {
    Ops late = tf.withControlDependencies(List.of(gradient));
    List<Operand<TFloat32>> originals = new ArrayList<>();
    List<Operand<TFloat32>> copies = new ArrayList<>();
    UnaryOperator<Operand<TFloat32>> copy =
        original -> {
          Operand<TFloat32> identity = late.identity(original);
          originals.add(original);
          copies.add(identity);
          return identity;
        };
    Operand<TFloat32> before = copy.apply(segment.before());
    Block.Weights weights = copied(segment.weights(), copy);
    Block.Stream end = segment.body().apply(tf, weights, new Block.Stream(before, null, null)).x();
    Operand<?> branch = end.branch();
    Operand<TFloat32> bias = end.bias();
    if (branch == null || bias == null) {
      throw new IllegalStateException("recomputation: a block ends with a branch");
    }
    Operand<TFloat32> sum =
        tf.math.addN(List.of(end.h(), tf.nn.biasAdd(ends.arithmetic().widen(tf, branch), bias)));
    differentiate(graph, sum, gradient, copies, originals, found);
    return found(found, segment.before());
  }

  @SuppressWarnings("unchecked") // gradients of float32 values are float32
  private static void differentiate(
      Graph graph,
      Operand<TFloat32> y,
      @Nullable Operand<TFloat32> dy,
      List<Operand<TFloat32>> by,
      List<Operand<TFloat32>> names,
      Map<Output<?>, Operand<TFloat32>> found) {
    Output<?>[] gradients =
        graph.addGradients(
            null,
            new Output<?>[] {y.asOutput()},
            by.stream().map(Operand::asOutput).toArray(Output<?>[]::new),
            dy == null ? null : new Output<?>[] {dy.asOutput()});
    for (int i = 0; i < gradients.length; i++) {
      found.put(names.get(i).asOutput(), (Operand<TFloat32>) gradients[i]);
    }
  }

  private static Operand<TFloat32> found(
      Map<Output<?>, Operand<TFloat32>> found, Operand<TFloat32> of) {
    Operand<TFloat32> gradient = found.get(of.asOutput());
    if (gradient == null) {
      throw new IllegalArgumentException(
          "gradients: got " + of.op().name() + ", which the value does not depend on");
    }
    return gradient;
  }

  private static Block.Weights copied(Block.Weights w, UnaryOperator<Operand<TFloat32>> copy) {
    return new Block.Weights(
        copied(w.norm1(), copy),
        new Attention.Weights(
            copied(w.attention().qkv(), copy), copied(w.attention().proj(), copy)),
        copied(w.norm2(), copy),
        new Mlp.Weights(copied(w.mlp().fc1(), copy), copied(w.mlp().fc2(), copy)));
  }

  private static LayerNorm.Weights copied(
      LayerNorm.Weights w, UnaryOperator<Operand<TFloat32>> copy) {
    return new LayerNorm.Weights(copy.apply(w.weight()), copy.apply(w.bias()));
  }

  private static Linear.Weights copied(Linear.Weights w, UnaryOperator<Operand<TFloat32>> copy) {
    return new Linear.Weights(copy.apply(w.kernel()), copy.apply(w.bias()));
  }

  private static List<Operand<TFloat32>> weights(Block.Weights w) {
    List<Operand<TFloat32>> all = new ArrayList<>();
    copied(
        w,
        weight -> {
          all.add(weight);
          return weight;
        });
    return all;
  }

  private static List<Operand<TFloat32>> weights(Embedding.Weights w) {
    return List.of(w.classToken(), w.positions(), w.patch().kernel(), w.patch().bias());
  }
}
