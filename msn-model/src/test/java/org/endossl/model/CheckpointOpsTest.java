package org.endossl.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.DataType;

class CheckpointOpsTest {
  @TempDir Path folder;

  private static VariableStore store(Lab lab, long seed) {
    VariableStore store = new VariableStore(lab.tf, "net.", seed);
    store.variable("a.kernel", Shape.of(3, 5), Initializer.normal(1), true);
    store.variable("b", Shape.of(7), Initializer.uniform(2), true);
    return store;
  }

  private Path save(long seed, String name) throws IOException {
    Path prefix = folder.resolve("deep").resolve(name);
    try (Lab lab = new Lab()) {
      VariableStore store = store(lab, seed);
      CheckpointOps ops = CheckpointOps.build(lab.tf, store.variables());
      ops.save(lab.session(store.variables()), prefix);
    }
    return prefix;
  }

  @Test
  void restore_ofSaved_givesTheSameBits() throws IOException {
    Path prefix = save(5, "step-1");
    try (Lab lab = new Lab()) {
      VariableStore same = store(lab, 5);
      CheckpointOps ops = CheckpointOps.build(lab.tf, same.variables());
      List<float[]> drawn =
          Lab.floats(
              lab.session(same.variables()),
              same.variables().stream().map(ModelVariable::value).toList());
      Session empty = lab.session(List.of());
      ops.restore(empty, prefix);
      List<float[]> restored =
          Lab.floats(empty, same.variables().stream().map(ModelVariable::value).toList());
      assertArrayEquals(drawn.get(0), restored.get(0));
      assertArrayEquals(drawn.get(1), restored.get(1));
    }
  }

  @Test
  void save_leavesItsFilesOnly_alsoOverOlderOnes() throws IOException {
    save(5, "step-1");
    Path prefix = save(6, "step-1");
    try (Stream<Path> files = Files.list(prefix.getParent())) {
      assertEquals(
          List.of("step-1.data-00000-of-00001", "step-1.index"),
          files.map(f -> f.getFileName().toString()).sorted().toList());
    }
  }

  @Test
  void index_listsNamesTypesAndShapes() throws IOException {
    Map<String, CheckpointIndex.Entry> entries = CheckpointIndex.read(save(5, "x"));
    assertEquals(
        Map.of(
            "net.a.kernel", new CheckpointIndex.Entry(DataType.DT_FLOAT, Shape.of(3, 5)),
            "net.b", new CheckpointIndex.Entry(DataType.DT_FLOAT, Shape.of(7))),
        entries);
  }

  @Test
  void restore_ofAnotherNetwork_listsBothSides() throws IOException {
    Path prefix = save(5, "x");
    try (Lab lab = new Lab()) {
      VariableStore other = new VariableStore(lab.tf, "net.", 5);
      other.variable("a.kernel", Shape.of(5, 3), Initializer.zeros(), true);
      other.variable("c", Shape.of(7), Initializer.zeros(), true);
      CheckpointOps ops = CheckpointOps.build(lab.tf, other.variables());
      WeightsException e =
          assertThrows(WeightsException.class, () -> ops.restore(lab.session(List.of()), prefix));
      assertEquals(
          prefix
              + ": the weights do not fit the network: wanted and not in the file (1): net.c; in the"
              + " file and not wanted (1): net.b; of another shape (1): net.a.kernel [3, 5] for"
              + " [5, 3]",
          e.getMessage());
    }
  }

  @Test
  void restorePart_ignoresTheRest() throws IOException {
    Path prefix = save(5, "x");
    try (Lab lab = new Lab()) {
      VariableStore part = new VariableStore(lab.tf, "net.", 1);
      part.variable("b", Shape.of(7), Initializer.zeros(), true);
      CheckpointOps ops = CheckpointOps.build(lab.tf, part.variables());
      Session session = lab.session(part.variables());
      ops.restorePart(session, prefix);
      assertTrue(Lab.norm(Lab.floats(session, part.variables().get(0).value())) > 0);
    }
  }

  @Test
  void restore_ofNothingOrDamaged_names_theFile() throws IOException {
    Path prefix = save(5, "x");
    Path index = Path.of(prefix + ".index");
    byte[] bytes = Files.readAllBytes(index);
    assertThrows(WeightsException.class, () -> CheckpointIndex.read(folder.resolve("no")));
    for (int length = 0; length < bytes.length; length++) {
      Files.write(index, java.util.Arrays.copyOf(bytes, length));
      WeightsException e = assertThrows(WeightsException.class, () -> CheckpointIndex.read(prefix));
      assertTrue(String.valueOf(e.getMessage()).startsWith(index.toString()), e.getMessage());
    }
  }
}
