package org.endossl.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

class PatchMaskTest {
  @Test
  void draw_isASubsetThatDependsOnSeedAndStepOnly() {
    int[] first = draw(196, 98, 5, 0);
    assertEquals(98, Arrays.stream(first).distinct().count());
    assertTrue(Arrays.stream(first).allMatch(i -> i >= 0 && i < 196));
    assertArrayEquals(first, draw(196, 98, 5, 0));
    assertFalse(Arrays.equals(first, draw(196, 98, 5, 1)));
    assertFalse(Arrays.equals(first, draw(196, 98, 6, 0)));
  }

  @Test
  void everyPatch_isKeptAboutAsOften() {
    int[] counts = new int[16];
    for (int step = 0; step < 400; step++) {
      for (int kept : draw(16, 4, 1, step)) {
        counts[kept]++;
      }
    }
    for (int count : counts) {
      assertEquals(100, count, 45); // five standard deviations
    }
  }

  @Test
  void kept_isTheOriginalsFloor() {
    assertEquals(98, new MaskingConfig(0.5).kept(196));
    assertEquals(166, new MaskingConfig(0.15).kept(196));
    assertEquals(58, new MaskingConfig(0.7).kept(196));
    assertEquals(196, new MaskingConfig(0).kept(196));
  }

  @Test
  void dropOfAll_isRefused() {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> new MaskingConfig(1));
    assertEquals("patch_drop: got 1.0, wanted in [0, 1)", e.getMessage());
  }

  private static int[] draw(int patches, int kept, long seed, long step) {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Placeholder<TInt64> fed = tf.placeholder(TInt64.class, Placeholder.shape(Shape.of(2)));
      Operand<TInt32> mask = PatchMask.draw(tf, patches, kept, fed);
      try (Session session = new Session(graph);
          TInt64 value = TInt64.vectorOf(seed, step);
          Result result = session.runner().feed(fed, value).fetch(mask).run()) {
        int[] indices = new int[kept];
        result.get(0).asRawTensor().data().asInts().read(indices);
        return indices;
      }
    }
  }
}
