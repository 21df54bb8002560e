package org.endossl.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.op.Op;
import org.tensorflow.types.TFloat32;

class ProjectionHeadTest {
  private static final HeadConfig HEAD = new HeadConfig(10, 4, true);

  @ParameterizedTest
  @EnumSource(
      value = Compute.Kernels.class,
      names = {"AUTO", "COMPOSITE"})
  void twoGroups_equalPyTorchs_andUpdateTheRunningAveragesInOrder(Compute.Kernels kernels)
      throws IOException {
    Safetensors golden = Safetensors.open(Resources.path("heads.safetensors"));
    try (Lab lab = new Lab()) {
      VariableStore store = new VariableStore(lab.tf, "", 0);
      ProjectionHead.Weights weights = ProjectionHead.create(store, 6, HEAD);
      Operand<TFloat32> first = constant(lab, golden, "first");
      Operand<TFloat32> second = constant(lab, golden, "second");
      ProjectionHead.Output both =
          ProjectionHead.apply(
              lab.tf,
              weights,
              new Compute(Compute.Precision.FLOAT32, kernels),
              lab.tf.concat(List.of(first, second), lab.tf.constant(0)),
              (int) first.shape().get(0),
              (int) second.shape().get(0));
      Operand<TFloat32> inference = ProjectionHead.infer(lab.tf, weights, first);
      Op step = lab.tf.withControlDependencies(both.runningAverageUpdates()).noOp();

      Session session = lab.session(List.of());
      load(lab, session, store, golden);
      float[] z = Lab.floats(session, both.z());
      float[] wanted = golden.tensor("z.first").toArray();
      Lab.assertClose(wanted, Arrays.copyOf(z, wanted.length), 1e-5, "first");
      Lab.assertClose(
          golden.tensor("z.second").toArray(),
          Arrays.copyOfRange(z, wanted.length, z.length),
          1e-5,
          "second");
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
          ProjectionHead.apply(lab.tf, weights, Compute.PORTABLE, lab.noise(1, 1, 1, 6), 1);
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
                      lab.tf, weights, Compute.PORTABLE, lab.noise(1, 1, 1, 6), 1));
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
