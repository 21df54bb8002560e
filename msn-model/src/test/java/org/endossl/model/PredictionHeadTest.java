package org.endossl.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.op.Op;
import org.tensorflow.types.TFloat32;

class PredictionHeadTest {
  /** The head's weights come out of a checkpoint, so its names are tested too. */
  @Test
  void twoGroups_equalPyTorchs_andUpdateTheRunningAveragesInOrder() throws IOException {
    MsnCheckpoint.Model model = MsnCheckpoint.open(Resources.path("msn_opt/prediction.pth.tar"), 2);
    assertTrue(model.prediction());
    Safetensors golden = Safetensors.open(Resources.path("msn_opt/prediction.safetensors"));
    try (Lab lab = new Lab()) {
      VariableStore store = new VariableStore(lab.tf, "anchor.", 0);
      PredictionHead.Weights weights = PredictionHead.create(store, 6);
      Operand<TFloat32> first = constant(lab, golden, "first");
      ProjectionHead.Output one = PredictionHead.apply(lab.tf, weights, first, null);
      ProjectionHead.Output two =
          PredictionHead.apply(lab.tf, weights, constant(lab, golden, "second"), one);
      Operand<TFloat32> inference = PredictionHead.infer(lab.tf, weights, first);
      List<Op> updates = new ArrayList<>(one.runningAverageUpdates());
      updates.addAll(two.runningAverageUpdates());
      Op step = lab.tf.withControlDependencies(updates).noOp();

      Session session = lab.session(List.of());
      WeightLoader.build(lab.tf, store.variables()).assign(session, model.weights());
      List<float[]> p = Lab.floats(session, List.of(one.z(), two.z()));
      Lab.assertClose(golden.tensor("p.first").toArray(), p.get(0), 1e-5, "first");
      Lab.assertClose(golden.tensor("p.second").toArray(), p.get(1), 1e-5, "second");
      session.runner().addTarget(step).run().close();
      Map<String, float[]> averages = new LinkedHashMap<>();
      for (ModelVariable variable : store.variables()) {
        if (!variable.trainable()) {
          averages.put(variable.name(), Lab.floats(session, variable.value()));
        }
      }
      assertEquals(4, averages.size());
      for (Map.Entry<String, float[]> average : averages.entrySet()) {
        String theirs = average.getKey().replace("anchor.pred.", "after.");
        Lab.assertClose(golden.tensor(theirs).toArray(), average.getValue(), 1e-5, theirs);
      }
      Lab.assertClose(
          golden.tensor("p.inference").toArray(), Lab.floats(session, inference), 1e-5, "infer");
    }
  }

  @Test
  void projectionsTooNarrow_areRefused() {
    try (Lab lab = new Lab()) {
      VariableStore store = new VariableStore(lab.tf, "", 0);
      IllegalArgumentException e =
          assertThrows(IllegalArgumentException.class, () -> PredictionHead.create(store, 3));
      assertEquals("prediction head: got projections 3 wide, wanted at least 4", e.getMessage());
    }
  }

  private static Operand<TFloat32> constant(Lab lab, Safetensors golden, String name)
      throws IOException {
    HostTensor tensor = golden.tensor(name);
    return lab.constant(tensor.shape(), tensor.toArray());
  }
}
