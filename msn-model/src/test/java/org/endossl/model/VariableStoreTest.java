package org.endossl.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tensorflow.ndarray.Shape;

class VariableStoreTest {
  @Test
  void stores_ofTheSameSeed_drawTheSameValues_inAnyOrder() {
    Shape shape = Shape.of(64, 8);
    try (Lab lab = new Lab()) {
      VariableStore anchor = new VariableStore(lab.tf, "anchor.", 7);
      VariableStore target = new VariableStore(lab.tf, "target.", 7);
      VariableStore other = new VariableStore(lab.tf, "other.", 8);
      Initializer normal = Initializer.truncatedNormal(0.02);
      List<ModelVariable> all = new ArrayList<>();
      all.add(anchor.variable("a", shape, normal, true));
      all.add(anchor.variable("b", shape, normal, true));
      all.add(target.variable("b", shape, normal, true));
      all.add(target.variable("a", shape, normal, true));
      all.add(other.variable("a", shape, normal, true));
      List<float[]> got =
          Lab.floats(lab.session(all), all.stream().map(ModelVariable::value).toList());
      assertArrayEquals(got.get(0), got.get(3));
      assertArrayEquals(got.get(1), got.get(2));
      assertTrue(Lab.relative(got.get(0), got.get(1)) > 0.5);
      assertTrue(Lab.relative(got.get(0), got.get(4)) > 0.5);
      assertEquals("anchor.a", all.get(0).name());
    }
  }

  @Test
  void initializers_haveTheirMoments() {
    Shape shape = Shape.of(200, 500);
    try (Lab lab = new Lab()) {
      VariableStore store = new VariableStore(lab.tf, "", 1);
      store.variable("normal", shape, Initializer.truncatedNormal(0.02), true);
      store.variable("uniform", shape, Initializer.uniform(0.5), true);
      store.variable("constant", shape, Initializer.constant(3), true);
      store.variable("wide", shape, Initializer.truncatedNormal(2), true);
      List<float[]> got =
          Lab.floats(
              lab.session(store.variables()),
              store.variables().stream().map(ModelVariable::value).toList());
      double root = Math.sqrt((double) shape.size());
      assertEquals(0.02, Lab.norm(got.get(0)) / root, 2e-4);
      assertEquals(0.5 / Math.sqrt(3), Lab.norm(got.get(1)) / root, 2e-3);
      assertEquals(3, Lab.norm(got.get(2)) / root, 1e-5);
      for (int i = 0; i < got.get(1).length; i++) {
        assertTrue(Math.abs(got.get(1)[i]) <= 0.5f);
        assertTrue(Math.abs(got.get(3)[i]) <= 2f);
      }
    }
  }

  @Test
  void aNameTwice_isRefused() {
    try (Lab lab = new Lab()) {
      VariableStore store = new VariableStore(lab.tf, "anchor.", 1);
      store.variable("a", Shape.of(1), Initializer.zeros(), true);
      IllegalArgumentException e =
          assertThrows(
              IllegalArgumentException.class,
              () -> store.variable("a", Shape.of(1), Initializer.zeros(), true));
      assertEquals("variable anchor.a is there already", e.getMessage());
    }
  }

  @Test
  void weights_thatAreNotFinite_areRefused() {
    try (Lab lab = new Lab()) {
      VariableStore store = new VariableStore(lab.tf, "", 1);
      store.variable("a", Shape.of(2), Initializer.zeros(), true);
      WeightLoader loader = WeightLoader.build(lab.tf, store.variables());
      TensorSource source =
          TensorSource.of("file", java.util.Map.of("a", HostTensor.of(Shape.of(2), 1, Float.NaN)));
      WeightsException e =
          assertThrows(WeightsException.class, () -> loader.assign(lab.session(List.of()), source));
      assertEquals(
          "file: a has NaN at element 1; wanted finite values: the weights are of a run that"
              + " diverged, or are damaged",
          e.getMessage());
    }
  }
}
