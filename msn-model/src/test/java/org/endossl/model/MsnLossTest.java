package org.endossl.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;

class MsnLossTest {
  @ParameterizedTest
  @ValueSource(strings = {"plain", "sinkhorn"})
  void valuesAndGradients_equalTheOriginals(String name) throws IOException {
    Safetensors golden = Safetensors.open(Resources.path("losses.safetensors"));
    try (Lab lab = new Lab()) {
      Operand<TFloat32> anchors = constant(lab, golden, "anchors");
      Operand<TFloat32> prototypes = constant(lab, golden, "prototypes");
      Operand<TFloat32> targets = constant(lab, golden, "targets");
      MsnLoss.Output loss =
          MsnLoss.apply(
              lab.tf,
              anchors,
              targets,
              prototypes,
              3,
              0.1,
              lab.tf.constant(0.25f),
              lab.tf.constant(name.equals("sinkhorn")));
      Operand<TFloat32> total =
          lab.tf.math.add(
              lab.tf.math.add(
                  loss.crossEntropy(), lab.tf.math.mul(loss.meMax(), lab.tf.constant(2f))),
              lab.tf.math.mul(loss.entropy(), lab.tf.constant(3f)));
      List<Operand<TFloat32>> fetched =
          new ArrayList<>(
              List.of(
                  loss.crossEntropy(),
                  loss.meMax(),
                  loss.entropy(),
                  loss.maxTarget(),
                  loss.distinctPrototypes(),
                  loss.targets()));
      fetched.addAll(lab.gradients(total, List.of(anchors, prototypes)));
      List<float[]> got = Lab.floats(lab.session(List.of()), fetched);
      float[] wanted = golden.tensor(name + ".losses").toArray();
      for (int i = 0; i < wanted.length; i++) {
        assertEquals(wanted[i], got.get(i)[0], 1e-5 * Math.abs(wanted[i]), "value " + i);
      }
      assertEquals(golden.tensor(name + ".distinct").toArray()[0], got.get(4)[0]);
      Lab.assertClose(golden.tensor(name + ".targets").toArray(), got.get(5), 1e-5, "targets");
      String[] gradients = {".grad_anchors", ".grad_prototypes"};
      for (int i = 0; i < 2; i++) {
        double difference =
            Lab.relative(golden.tensor(name + gradients[i]).toArray(), got.get(6 + i));
        assertTrue(difference < 1e-5, gradients[i] + " differs by " + difference);
      }
    }
  }

  @Test
  void crossEntropy_ofUniformPredictions_isLogK() {
    try (Lab lab = new Lab()) {
      // Every prototype is the same direction, so every prediction is uniform.
      Operand<TFloat32> same = lab.tf.ones(lab.tf.constant(new int[] {8, 4}), TFloat32.class);
      MsnLoss.Output loss = loss(lab, lab.noise(1, 1, 6, 4), lab.noise(2, 1, 3, 4), same);
      List<float[]> got =
          Lab.floats(
              lab.session(List.of()),
              List.of(loss.crossEntropy(), loss.meMax(), loss.entropy(), loss.maxTarget()));
      assertEquals(Math.log(8), got.get(0)[0], 1e-6);
      assertEquals(0, got.get(1)[0], 1e-6);
      assertEquals(Math.log(8), got.get(2)[0], 1e-6);
      assertEquals(1 / 8.0, got.get(3)[0], 1e-6);
    }
  }

  @Test
  void loss_isFinite_withItsGradients_forZeroRowsAndOppositePrototypes() {
    try (Lab lab = new Lab()) {
      Operand<TFloat32> anchors = lab.constant(Shape.of(2, 2), 0, 0, 1, 0);
      Operand<TFloat32> prototypes = lab.constant(Shape.of(2, 2), 1, 0, -1, 0);
      MsnLoss.Output loss =
          MsnLoss.apply(
              lab.tf,
              anchors,
              lab.constant(Shape.of(2, 2), 1, 0, 1, 0),
              prototypes,
              1,
              1e-3, // the second prototype's probability underflows
              lab.tf.constant(0.25f),
              lab.tf.constant(true));
      List<Operand<TFloat32>> fetched =
          new ArrayList<>(List.of(loss.crossEntropy(), loss.meMax(), loss.entropy()));
      fetched.addAll(
          lab.gradients(
              lab.tf.math.add(loss.crossEntropy(), loss.meMax()), List.of(anchors, prototypes)));
      for (float[] values : Lab.floats(lab.session(List.of()), fetched)) {
        for (float value : values) {
          assertTrue(Float.isFinite(value), "got " + value);
        }
      }
    }
  }

  @Test
  void sinkhorn_givesRowsOfOne_andNearlyEqualColumns() {
    try (Lab lab = new Lab()) {
      Operand<TFloat32> q = lab.tf.nn.softmax(lab.noise(1, 0.5, 40, 8));
      float[] got = Lab.floats(lab.session(List.of()), MsnLoss.sinkhorn(lab.tf, q));
      double[] columns = new double[8];
      for (int row = 0; row < 40; row++) {
        double sum = 0;
        for (int k = 0; k < 8; k++) {
          sum += got[row * 8 + k];
          columns[k] += got[row * 8 + k];
        }
        assertEquals(1, sum, 1e-6);
      }
      for (double column : columns) {
        assertEquals(5, column, 0.05);
      }
    }
  }

  @Test
  void temperature_ofZero_isRefused() {
    try (Lab lab = new Lab()) {
      Operand<TFloat32> x = lab.noise(1, 1, 2, 4);
      IllegalArgumentException e =
          assertThrows(
              IllegalArgumentException.class,
              () -> MsnLoss.apply(lab.tf, x, x, x, 1, 0, lab.tf.constant(0.25f), null));
      assertEquals("temperature: got 0.0, wanted > 0", e.getMessage());
    }
  }

  private static MsnLoss.Output loss(
      Lab lab, Operand<TFloat32> anchors, Operand<TFloat32> targets, Operand<TFloat32> prototypes) {
    return MsnLoss.apply(
        lab.tf, anchors, targets, prototypes, 2, 0.1, lab.tf.constant(0.25f), null);
  }

  private static Operand<TFloat32> constant(Lab lab, Safetensors golden, String name)
      throws IOException {
    HostTensor tensor = golden.tensor(name);
    return lab.constant(tensor.shape(), tensor.toArray());
  }
}
