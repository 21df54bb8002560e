package org.endossl.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

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

class ProjectionHeadTest {
  private static final HeadConfig HEAD = new HeadConfig(10, 4, true);

  @Test
  void twoGroups_equalPyTorchs_andUpdateTheRunningAveragesInOrder() throws IOException {
    Safetensors golden = Safetensors.open(Resources.path("heads.safetensors"));
    try (Lab lab = new Lab()) {
      VariableStore store = new VariableStore(lab.tf, "", 0);
      ProjectionHead.Weights weights = ProjectionHead.create(store, 6, HEAD);
      Operand<TFloat32> first = constant(lab, golden, "first");
      ProjectionHead.Output one =
          ProjectionHead.apply(lab.tf, weights, Compute.PORTABLE, first, null);
      ProjectionHead.Output two =
          ProjectionHead.apply(
              lab.tf, weights, Compute.PORTABLE, constant(lab, golden, "second"), one);
      Operand<TFloat32> inference = ProjectionHead.infer(lab.tf, weights, first);
      List<Op> updates = new ArrayList<>(one.runningAverageUpdates());
      updates.addAll(two.runningAverageUpdates());
      Op step = lab.tf.withControlDependencies(updates).noOp();

      Session session = lab.session(List.of());
      load(lab, session, store, golden);
      List<float[]> z = Lab.floats(session, List.of(one.z(), two.z()));
      Lab.assertClose(golden.tensor("z.first").toArray(), z.get(0), 1e-5, "first");
      Lab.assertClose(golden.tensor("z.second").toArray(), z.get(1), 1e-5, "second");
      session.runner().addTarget(step).run().close();
      for (ModelVariable variable : store.variables()) {
        if (!variable.trainable()) {
          Lab.assertClose(
              golden.tensor("after." + variable.name()).toArray(),
              Lab.floats(session, variable.value()),
              1e-5,
              variable.name());
        }
      }
      Lab.assertClose(
          golden.tensor("z.inference").toArray(), Lab.floats(session, inference), 1e-5, "infer");
    }
  }

  @Test
  void withoutBatchNorm_hasNoUpdates_andFewerVariables() {
    try (Lab lab = new Lab()) {
      VariableStore store = new VariableStore(lab.tf, "", 0);
      ProjectionHead.Weights weights =
          ProjectionHead.create(store, 6, new HeadConfig(10, 4, false));
      ProjectionHead.Output output =
          ProjectionHead.apply(lab.tf, weights, Compute.PORTABLE, lab.noise(1, 1, 1, 6), null);
      assertEquals(List.of(), output.runningAverageUpdates());
      assertEquals(
          List.of(
              "fc.fc1.kernel",
              "fc.fc1.bias",
              "fc.fc2.kernel",
              "fc.fc2.bias",
              "fc.fc3.kernel",
              "fc.fc3.bias"),
          store.variables().stream().map(ModelVariable::name).toList());
    }
  }

  @Test
  void oneRow_isRefused() {
    try (Lab lab = new Lab()) {
      VariableStore store = new VariableStore(lab.tf, "", 0);
      ProjectionHead.Weights weights = ProjectionHead.create(store, 6, HEAD);
      IllegalArgumentException e =
          assertThrows(
              IllegalArgumentException.class,
              () ->
                  ProjectionHead.apply(
                      lab.tf, weights, Compute.PORTABLE, lab.noise(1, 1, 1, 6), null));
      assertEquals(
          "projection head: got 1 row, wanted at least 2 for the statistics of BatchNorm",
          e.getMessage());
    }
  }

  private static void load(Lab lab, Session session, VariableStore store, Safetensors golden)
      throws IOException {
    Map<String, HostTensor> theirs = new LinkedHashMap<>();
    for (String name : golden.shapes().keySet()) {
      if (name.startsWith("before.")) {
        theirs.put(name.substring("before.".length()), golden.tensor(name));
      }
    }
    VitConfig any = new VitConfig(4, 2, 6, 1, 1, 4, 1e-6, 0);
    List<NameTable.Entry> rows =
        MsnNames.encoder(any, HEAD).entries().stream()
            .filter(entry -> entry.ours().startsWith("fc."))
            .toList();
    WeightLoader.build(lab.tf, store.variables())
        .assign(session, NameTable.of(rows).toOurs(TensorSource.of("heads", theirs)));
  }

  private static Operand<TFloat32> constant(Lab lab, Safetensors golden, String name)
      throws IOException {
    HostTensor tensor = golden.tensor(name);
    return lab.constant(tensor.shape(), tensor.toArray());
  }
}
