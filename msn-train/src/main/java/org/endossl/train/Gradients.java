package org.endossl.train;

import java.util.Arrays;
import java.util.List;
import org.endossl.model.Recomputation;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.types.TFloat32;

/** Gradients of float32 values. */
final class Gradients {
  private Gradients() {}

  /**
   * Adds them to a graph.
   *
   * @param y what is differentiated
   * @param dy the gradient that reaches it; null for 1
   * @param xs by what
   * @param recomputation of the encoder that {@code y} depends on; null where its activations are
   *     kept
   * @return one per {@code xs}, of its shape
   */
  static List<Operand<TFloat32>> of(
      Graph graph,
      Operand<TFloat32> y,
      @Nullable Operand<TFloat32> dy,
      List<? extends Operand<TFloat32>> xs,
      @Nullable Recomputation recomputation) {
    return recomputation == null ? of(graph, y, dy, xs) : recomputation.gradients(graph, y, dy, xs);
  }

  /** As above, of kept activations. */
  @SuppressWarnings("unchecked") // gradients of float32 values are float32
  static List<Operand<TFloat32>> of(
      Graph graph,
      Operand<TFloat32> y,
      @Nullable Operand<TFloat32> dy,
      List<? extends Operand<TFloat32>> xs) {
    Output<?>[] found =
        graph.addGradients(
            null,
            new Output<?>[] {y.asOutput()},
            xs.stream().map(Operand::asOutput).toArray(Output<?>[]::new),
            dy == null ? null : new Output<?>[] {dy.asOutput()});
    return Arrays.stream(found).map(g -> (Operand<TFloat32>) g).toList();
  }
}
