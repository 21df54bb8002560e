package org.endossl.data.augment;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import java.util.stream.Stream;
import org.endossl.data.Golden;
import org.endossl.data.Graphs;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;

/** Every operation against TensorFlow Model Garden (interop/randaugment_golden.py). */
class RandAugmentOpTest {
  @TestFactory
  Stream<DynamicTest> everyOp_isModelGardens() {
    Map<String, Golden.Array> golden = Golden.read("randaug_ops.safetensors");
    assertEquals(3 + 5 * 17 + 1, golden.size());
    return golden.keySet().stream()
        .filter(name -> !name.equals("input"))
        .map(name -> DynamicTest.dynamicTest(name, () -> check(golden, name)));
  }

  /** The same on a cut of a real frame, which is not in the repository. */
  @TestFactory
  Stream<DynamicTest> everyOp_onARealFrame_isModelGardens() throws IOException {
    Map<String, Golden.Array> golden =
        Golden.read(Files.readAllBytes(Golden.shared("golden/randaug_ops.safetensors")));
    return golden.keySet().stream()
        .filter(name -> !name.equals("input"))
        .map(name -> DynamicTest.dynamicTest(name, () -> check(golden, name)));
  }

  private static void check(Map<String, Golden.Array> golden, String name) {
    float[] want = requireNonNull(golden.get(name)).values();
    float[] got = Graphs.run(tf -> compute(tf, requireNonNull(golden.get("input")), name));
    assertEquals(want.length, got.length);
    int different = 0;
    double largest = 0;
    for (int i = 0; i < want.length; i++) {
      largest = Math.max(largest, Math.abs(want[i] - got[i]));
      different += want[i] == got[i] ? 0 : 1;
    }
    assertTrue(largest <= 1, name + ": " + different + " values differ, the most by " + largest);
  }

  private static Operand<TUint8> compute(Ops tf, Golden.Array input, String name) {
    String[] parts = name.split("@", -1);
    RandAugmentOp op = RandAugmentOp.of(parts[0]);
    double level = parts.length == 1 ? 0 : Double.parseDouble(parts[1]);
    Operand<TFloat32> argument = tf.constant((float) op.argument(level, 40, 100));
    return op.apply(tf, Graphs.image(tf, input), argument, tf.constant(new float[] {0, 0}));
  }

  @Test
  void argument_isModelGardensOfLevelSeven() {
    assertEquals(21, RandAugmentOp.ROTATE.argument(7, 40, 100), 1e-9);
    assertEquals(1.36, RandAugmentOp.COLOR.argument(7, 40, 100), 1e-9);
    assertEquals(0.21, RandAugmentOp.SHEAR_X.argument(7, 40, 100), 1e-9);
    assertEquals(70, RandAugmentOp.TRANSLATE_Y.argument(7, 40, 100), 1e-9);
    assertEquals(28, RandAugmentOp.CUTOUT.argument(7, 40, 100), 1e-9);
    assertEquals(77, RandAugmentOp.SOLARIZE_ADD.argument(7, 40, 100), 1e-9);
    assertEquals(2, RandAugmentOp.POSTERIZE.argument(7, 40, 100), 1e-9);
    assertEquals(179, RandAugmentOp.SOLARIZE.argument(7, 40, 100), 1e-9);
  }

  @Test
  void of_anUnknownName_listsTheKnown() {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> RandAugmentOp.of("Blur"));
    assertTrue(String.valueOf(e.getMessage()).contains("\"Blur\", wanted one of AutoContrast"));
  }

  @Test
  void flatImage_staysUnderAutoContrastAndEqualize() {
    Golden.Array flat = new Golden.Array(new int[] {4, 4, 3}, filled(48, 77));
    for (String op : new String[] {"AutoContrast", "Equalize"}) {
      for (float value : Graphs.run(tf -> compute(tf, flat, op))) {
        assertEquals(77, value, 0, op);
      }
    }
  }

  private static float[] filled(int count, float value) {
    float[] values = new float[count];
    java.util.Arrays.fill(values, value);
    return values;
  }
}
