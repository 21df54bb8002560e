package org.endossl.data.augment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.endossl.data.Golden;
import org.endossl.data.Graphs;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/** The choice of operations, signs and places. */
class RandAugmentTest {
  private static final Golden.Array IMAGE =
      Objects.requireNonNull(Golden.read("randaug_ops.safetensors").get("input"));

  private interface Seen {
    void image(float[] values);
  }

  private static void draw(RandAugmentConfig config, int draws, Seen seen) {
    try (Graph graph = new Graph();
        RandAugment augment = new RandAugment(config)) {
      Ops tf = Ops.create(graph);
      Placeholder<TInt64> seed = tf.placeholder(TInt64.class, Placeholder.shape(Shape.of(2)));
      Operand<TFloat32> out =
          tf.dtypes.cast(augment.apply(tf, Graphs.image(tf, IMAGE), seed), TFloat32.class);
      try (Session session = new Session(graph)) {
        for (int i = 0; i < draws; i++) {
          try (TInt64 value = TInt64.vectorOf(3, i);
              Result result = session.runner().feed(seed, value).fetch(out).run()) {
            seen.image(Graphs.floats((TFloat32) result.get(0)));
          }
        }
      }
    }
  }

  private static RandAugmentConfig only(int layers, RandAugmentOp... ops) {
    List<RandAugmentOp> kept = List.of(ops);
    return new RandAugmentConfig(
        layers,
        7,
        40,
        100,
        Arrays.stream(RandAugmentOp.values()).filter(op -> !kept.contains(op)).toList());
  }

  private static float[] applied(RandAugmentOp op, double level) {
    return Graphs.run(
        tf ->
            op.apply(
                tf,
                Graphs.image(tf, IMAGE),
                tf.constant((float) op.argument(level, 40, 100)),
                tf.constant(new float[] {0, 0})));
  }

  @Test
  void ofOneSignedOperation_nothingIsHalfAndEachSignAQuarter() {
    float[] left = applied(RandAugmentOp.TRANSLATE_X, 7);
    float[] right = applied(RandAugmentOp.TRANSLATE_X, -7);
    int[] counts = new int[4];
    draw(
        only(1, RandAugmentOp.TRANSLATE_X),
        400,
        values -> {
          boolean[] is = {
            Arrays.equals(values, IMAGE.values()),
            Arrays.equals(values, left),
            Arrays.equals(values, right)
          };
          counts[is[0] ? 0 : is[1] ? 1 : is[2] ? 2 : 3]++;
        });
    assertEquals(0, counts[3], "images that are none of the three");
    assertTrue(Math.abs(counts[0] - 200) < 50, "nothing drawn " + counts[0] + " of 400 times");
    assertTrue(Math.abs(counts[1] - 100) < 45, "to the left " + counts[1] + " of 400 times");
    assertTrue(Math.abs(counts[2] - 100) < 45, "to the right " + counts[2] + " of 400 times");
  }

  @Test
  void layers_areAppliedOneAfterTheOther() {
    // Inverting is its own inverse: after two layers the image is the image or its negative.
    float[] negative = applied(RandAugmentOp.INVERT, 0);
    int[] negatives = new int[1];
    draw(
        only(2, RandAugmentOp.INVERT),
        100,
        values -> {
          boolean inverted = Arrays.equals(values, negative);
          assertTrue(inverted || Arrays.equals(values, IMAGE.values()));
          negatives[0] += inverted ? 1 : 0;
        });
    assertTrue(negatives[0] > 25 && negatives[0] < 75, negatives[0] + " of 100 negative");
  }

  @Test
  void cutout_greysASquareOfTheSizeThatTheLevelSays() {
    RandAugmentConfig config = // half a side of 7 pixels
        new RandAugmentConfig(1, 7, 10, 100, only(1, RandAugmentOp.CUTOUT).excluded());
    int height = IMAGE.shape()[0];
    int width = IMAGE.shape()[1];
    int[] most = new int[1];
    draw(
        config,
        60,
        values -> {
          int changed = 0;
          for (int i = 0; i < height * width; i++) {
            if (values[3 * i] != IMAGE.values()[3 * i]
                || values[3 * i + 1] != IMAGE.values()[3 * i + 1]) {
              assertEquals(128, values[3 * i], 0);
              assertEquals(128, values[3 * i + 1], 0);
              assertEquals(128, values[3 * i + 2], 0);
              changed++;
            }
          }
          most[0] = Math.max(most[0], changed);
        });
    assertTrue(most[0] > 180 && most[0] <= 196, "the largest square has " + most[0] + " pixels");
  }

  @Test
  void endossls_drawsThirteenOperations_andTheSameSeedTheSameImage() {
    assertEquals(13, RandAugmentConfig.ENDOSSL.drawn().size());
    float[][] first = new float[12][];
    int[] at = new int[1];
    draw(RandAugmentConfig.ENDOSSL, 12, values -> first[at[0]++] = values);
    at[0] = 0;
    draw(RandAugmentConfig.ENDOSSL, 12, values -> assertArrayEquals(first[at[0]++], values));
    assertTrue(
        Arrays.stream(first).filter(values -> !Arrays.equals(values, IMAGE.values())).count() > 8);
  }

  @Test
  void floats_areCutAndTruncated() {
    Map<String, float[]> got =
        Map.of(
            "none",
            Graphs.run(
                tf -> {
                  try (RandAugment augment =
                      new RandAugment(new RandAugmentConfig(0, 7, 40, 100, List.of()))) {
                    return augment.applyToFloats(
                        tf,
                        tf.constant(new float[][][] {{{-3, 12.9f, 300}}}),
                        tf.constant(new long[] {1, 2}));
                  }
                }));
    assertArrayEquals(new float[] {0, 12, 255}, got.get("none"));
  }
}
