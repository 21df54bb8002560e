package org.endossl.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

class EmbeddingTest {
  @Test
  void positions_ofAnotherGrid_equalPyTorchs() throws IOException {
    Safetensors golden = Safetensors.open(Resources.path("bicubic.safetensors"));
    List<String> names =
        golden.shapes().keySet().stream().filter(name -> name.startsWith("out:")).toList();
    assertEquals(8, names.size());
    try (Lab lab = new Lab()) {
      List<Operand<TFloat32>> got = new ArrayList<>();
      for (String name : names) {
        int side = Integer.parseInt(name.split(":", -1)[1]);
        int grid = Integer.parseInt(name.split(":", -1)[2]);
        HostTensor in = golden.tensor("in:" + side);
        float[] learned = new float[4 + in.values().limit()]; // the class token's: zeros
        in.values().get(0, learned, 4, in.values().limit());
        VitConfig config = new VitConfig(side * 2, 2, 4, 1, 1, 4, 1e-6, 0);
        got.add(
            Embedding.positions(
                lab.tf, lab.constant(Shape.of(1, 1 + side * side, 4), learned), config, grid));
      }
      List<float[]> values = Lab.floats(lab.session(List.of()), got);
      for (int i = 0; i < names.size(); i++) {
        float[] patches = java.util.Arrays.copyOfRange(values.get(i), 4, values.get(i).length);
        Lab.assertClose(golden.tensor(names.get(i)).toArray(), patches, 1e-6, names.get(i));
      }
    }
  }

  @Test
  void positions_ofTheLearnedGrid_areUntouched() {
    try (Lab lab = new Lab()) {
      VitConfig config = new VitConfig(8, 2, 4, 1, 1, 4, 1e-6, 0);
      Operand<TFloat32> learned = lab.noise(1, 1, 1, 17, 4);
      List<float[]> got =
          Lab.floats(
              lab.session(List.of()),
              List.of(learned, Embedding.positions(lab.tf, learned, config, 4)));
      assertEquals(0, Lab.maxAbs(got.get(0), got.get(1)));
    }
  }

  @Test
  void bicubicRows_sumToOne() {
    for (int out = 1; out < 40; out++) {
      for (float[] row : Bicubic.matrix(14, out, out / 14.0)) {
        double sum = 0;
        for (float weight : row) {
          sum += weight;
        }
        assertEquals(1, sum, 3e-6);
      }
    }
  }

  @Test
  void patches_areCutByRows_withChannelsLast() {
    VitConfig config = new VitConfig(4, 2, 12, 1, 1, 4, 1e-6, 0);
    try (Lab lab = new Lab()) {
      VariableStore store = new VariableStore(lab.tf, "", 0);
      Embedding.Weights weights = Embedding.create(store, config);
      float[] image = new float[4 * 4 * 3];
      for (int i = 0; i < image.length; i++) {
        image[i] = i; // (row * 4 + column) * 3 + channel
      }
      Operand<TFloat32> tokens =
          Embedding.apply(
                  lab.tf,
                  new CompositeArithmetic(false),
                  weights,
                  config,
                  lab.constant(Shape.of(1, 4, 4, 3), image),
                  null)
              .x();
      var session = lab.session(store.variables());
      float[] identity = new float[12 * 12];
      for (int i = 0; i < 12; i++) {
        identity[i * 13] = 1;
      }
      Operand<TFloat32> zero = lab.tf.zeros(lab.tf.constant(new int[] {1, 5, 12}), TFloat32.class);
      session
          .runner()
          .addTarget(
              lab.tf.assignVariableOp(
                  store.variables().get(2).handle(), lab.constant(Shape.of(12, 12), identity)))
          .addTarget(lab.tf.assignVariableOp(store.variables().get(1).handle(), zero))
          .run()
          .close();
      float[] got = Lab.floats(session, tokens);
      // The patch at row 0, column 1 begins at pixel (0, 2); its third pixel is (1, 2).
      assertEquals(2 * 3, got[2 * 12]);
      assertEquals((4 + 2) * 3 + 1, got[2 * 12 + 2 * 3 + 1]);
      assertEquals(2 * 4 * 3, got[3 * 12]); // the patch at row 1, column 0
    }
  }

  @Test
  void keep_ofUnknownLength_isRefused() {
    try (Lab lab = new Lab()) {
      VitConfig config = new VitConfig(4, 2, 12, 1, 1, 4, 1e-6, 0);
      Vit.Weights weights = Vit.create(new VariableStore(lab.tf, "", 0), config);
      Placeholder<TInt32> keep = lab.tf.placeholder(TInt32.class, Placeholder.shape(Shape.of(-1)));
      Operand<TFloat32> images = lab.noise(1, 1, 1, 4, 4, 3);
      IllegalArgumentException e =
          assertThrows(
              IllegalArgumentException.class,
              () -> Vit.classToken(lab.tf, weights, config, images, keep));
      assertTrue(String.valueOf(e.getMessage()).contains("wanted [kept]"), e.getMessage());
      assertSame(IllegalArgumentException.class, e.getClass());
    }
  }
}
