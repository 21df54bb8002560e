package org.endossl.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;

class ClassificationHeadTest {
  /** Normal: its deviation; Glorot: that of a uniform law, limit / sqrt(3); the bias is zero. */
  @ParameterizedTest
  @CsvSource({"NORMAL, 0.01, 1", "GLOROT, 0.0715, 0.1239", "ZEROS, 0, 0"})
  void kernel_isDrawnAsTheOriginalDrawsIt(
      ClassificationHead.Start start, double deviation, double limit) {
    try (Lab lab = new Lab()) {
      VariableStore store = new VariableStore(lab.tf, "", 1);
      ClassificationHead.create(store, 384, 7, start);
      Session session = lab.session(store.variables());
      float[] kernel = Lab.floats(session, store.variables().get(0).value());
      double squares = 0;
      for (float value : kernel) {
        squares += value * value;
        assertTrue(Math.abs(value) <= limit);
      }
      assertEquals(deviation, Math.sqrt(squares / kernel.length), 0.05 * deviation);
      for (float value : Lab.floats(session, store.variables().get(1).value())) {
        assertEquals(0, value);
      }
    }
  }

  @Test
  void logits_areALinearMap() {
    try (Lab lab = new Lab()) {
      VariableStore store = new VariableStore(lab.tf, "", 1);
      ClassificationHead.Weights weights =
          ClassificationHead.create(store, 2, 3, ClassificationHead.Start.NORMAL);
      assertEquals(
          List.of("classifier.kernel", "classifier.bias"),
          store.variables().stream().map(ModelVariable::name).toList());
      Session session = lab.session(store.variables());
      float[] kernel = Lab.floats(session, store.variables().get(0).value());
      float[] logits =
          Lab.floats(
              session,
              ClassificationHead.apply(lab.tf, weights, lab.constant(Shape.of(1, 2), 2, -3)));
      for (int i = 0; i < 3; i++) {
        assertEquals(2 * kernel[i] - 3 * kernel[3 + i], logits[i], 1e-6);
      }
    }
  }

  @Test
  void noClasses_areRefused() {
    try (Lab lab = new Lab()) {
      VariableStore store = new VariableStore(lab.tf, "", 1);
      IllegalArgumentException e =
          assertThrows(
              IllegalArgumentException.class,
              () -> ClassificationHead.create(store, 2, 0, ClassificationHead.Start.ZEROS));
      assertEquals("classes: got 0, wanted at least 1", e.getMessage());
    }
  }
}
