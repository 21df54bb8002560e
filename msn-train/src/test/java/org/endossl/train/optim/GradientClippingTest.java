package org.endossl.train.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

class GradientClippingTest {
  @Test
  void norm_isOfAllGradientsTogether_andIsScaledToTheBound() {
    float[] got = clip(2);
    assertEquals(13, got[0], 1e-5);
    float factor = (float) (2 / (13 + 1e-6));
    assertEquals(3 * factor, got[1], 1e-6);
    assertEquals(4 * factor, got[2], 1e-6);
    assertEquals(12 * factor, got[3], 1e-6);
  }

  @Test
  void gradientsBelowTheBound_stayAsTheyAre() {
    float[] got = clip(14);
    assertEquals(3, got[1]);
    assertEquals(12, got[3]);
  }

  @Test
  void boundOfZero_measuresOnly() {
    float[] got = clip(0);
    assertEquals(13, got[0], 1e-5);
    assertEquals(12, got[3]);
  }

  private static float[] clip(double most) {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      GradientClipping clipped =
          GradientClipping.apply(
              tf,
              List.of(tf.constant(new float[] {3, 4}), tf.constant(new float[][] {{12}})),
              most,
              false);
      try (Session session = new Session(graph);
          Result result =
              session
                  .runner()
                  .fetch(clipped.norm())
                  .fetch(clipped.gradients().get(0))
                  .fetch(clipped.gradients().get(1))
                  .run()) {
        TFloat32 pair = (TFloat32) result.get(1);
        return new float[] {
          ((TFloat32) result.get(0)).getFloat(),
          pair.getFloat(0),
          pair.getFloat(1),
          ((TFloat32) result.get(2)).getFloat(0, 0)
        };
      }
    }
  }
}
