package org.endossl.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** The native GELU of bfloat16 and its slope against float64, for each of the 65,536 values. */
@EnabledIf("org.endossl.model.ArithmeticTest#shipped")
class GeluTest {
  private static final int SIDE = 256;

  @Test
  void valueAndSlope_areWithinAUnitInTheLastPlace_ofEveryInput() {
    float[] inputs = new float[SIDE * SIDE];
    for (int i = 0; i < inputs.length; i++) {
      inputs[i] = Float.intBitsToFloat(i << 16);
    }
    try (Lab lab = new Lab()) {
      Ops tf = lab.tf;
      Arithmetic a = new FusedArithmetic(true);
      Operand<TFloat32> x = lab.constant(Shape.of(SIDE, SIDE), inputs);
      Operand<TFloat32> zero = tf.zeros(tf.array(SIDE), TFloat32.class);
      Operand<TFloat32> y = a.widen(tf, a.biasGelu(tf, a.narrow(tf, x), zero));
      Operand<TFloat32> loss = tf.sum(y, tf.constant(new int[] {0, 1}));
      List<float[]> got =
          Lab.floats(
              lab.session(List.of()),
              List.of(tf.identity(y), tf.identity(lab.gradients(loss, List.of(x)).get(0))));
      for (int i = 0; i < inputs.length; i++) {
        check(inputs[i], got.get(0)[i], got.get(1)[i]);
      }
    }
  }

  private static void check(float x, float value, float slope) {
    if (Float.isNaN(x)) {
      assertTrue(Float.isNaN(value) && Float.isNaN(slope), "NaN: " + value + ", " + slope);
    } else if (Float.isInfinite(x)) {
      assertEquals(x > 0 ? x : Float.NaN, value, "-infinity times 0 is NaN");
      assertTrue(!Float.isFinite(slope), "slope at " + x + ": " + slope);
    } else {
      double cdf = cdf(x);
      double pdf = Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
      close(x * cdf, value, "gelu of " + x);
      close(cdf + x * pdf, slope, "slope at " + x);
    }
  }

  /** A unit in the last place of bfloat16; of values below 2^-8, of that. */
  private static void close(double wanted, float got, String what) {
    double unit = Math.scalb(1.0, Math.max(Math.getExponent(wanted), -8) - 7);
    assertTrue(Math.abs(got - wanted) <= unit, what + ": " + got + ", wanted " + wanted);
  }

  /** Of the normal distribution, to about 1e-14: Marsaglia's series, 2004. */
  private static double cdf(double x) {
    if (Math.abs(x) > 8) {
      return x < 0 ? 0 : 1;
    }
    double sum = x;
    double term = x;
    for (int i = 3; Math.abs(term) > 1e-300 && i < 400; i += 2) {
      term *= x * x / i;
      sum += term;
    }
    return 0.5 + sum * Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
  }
}
