package org.endossl.eval.parity;

import java.io.IOException;
import java.nio.file.Path;
import org.endossl.data.augment.RandAugmentConfig;
import org.endossl.data.augment.RandAugmentOp;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TUint8;

/**
 * Model Garden's RandAugment operations on {@code input}: {@code Op} or {@code Op@level}, the level
 * on the scale 0 to 10 with its sign.
 */
final class RandAugmentCheck implements GoldenCheck {
  /** Grey levels of one value. */
  private static final double BAR = 1;

  @Override
  public void run(Path golden, Findings findings) throws IOException {
    try (ImageGraph graph = ImageGraph.open(golden)) {
      for (String name : graph.names()) {
        if (!name.equals("input")) {
          graph.want(name, operand(graph, name));
        }
      }
      graph.compute(
          findings,
          (name, computed, expected) ->
              Differences.compare(name, computed, expected, BAR, findings));
    }
  }

  /** What this build computes for an expected name; null if nothing, as for a drawn Cutout. */
  private static @Nullable Operand<TUint8> operand(ImageGraph graph, String name)
      throws IOException {
    int at = name.indexOf('@');
    try {
      RandAugmentOp op = RandAugmentOp.of(at < 0 ? name : name.substring(0, at));
      double level = at < 0 ? 0 : Double.parseDouble(name.substring(at + 1));
      RandAugmentConfig config = RandAugmentConfig.ENDOSSL;
      Ops tf = graph.tf();
      double argument = op.argument(level, config.cutout(), config.translate());
      return op == RandAugmentOp.CUTOUT
          ? null
          : op.apply(
              tf,
              graph.image("input"),
              tf.constant((float) argument),
              tf.constant(new float[] {0, 0}));
    } catch (IllegalArgumentException e) {
      return null;
    }
  }
}
