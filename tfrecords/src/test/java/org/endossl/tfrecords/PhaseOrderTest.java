package org.endossl.tfrecords;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PhaseOrderTest {

  @TempDir Path directory;

  @Test
  void orders_arePermutations_thatConvertBackAndForth() {
    for (PhaseOrder from : PhaseOrder.OF_RECORDS) {
      assertEquals(Set.copyOf(PhaseOrder.TF_CHOLEC80.names()), Set.copyOf(from.names()));
      for (PhaseOrder to : PhaseOrder.OF_RECORDS) {
        for (int phase = 0; phase < PhaseOrder.PHASES; phase++) {
          assertEquals(from.names().get(phase), to.names().get(from.convert(phase, to)));
          assertEquals(phase, to.convert(from.convert(phase, to), from));
        }
      }
    }
    assertEquals(4, PhaseOrder.TF_CHOLEC80.convert(0, PhaseOrder.ENDOSSL));
    assertEquals(6, PhaseOrder.TF_CHOLEC80.convert(4, PhaseOrder.TMRNET));
  }

  @Test
  void unknownNames_areRefused() {
    assertThrows(IllegalArgumentException.class, () -> PhaseOrder.ENDOSSL.index("Lunch"));
    assertThrows(IllegalArgumentException.class, () -> PhaseOrder.of("ENDOSSL"));
    assertThrows(
        IndexOutOfBoundsException.class, () -> PhaseOrder.ENDOSSL.convert(7, PhaseOrder.TMRNET));
    assertEquals(PhaseOrder.TMRNET, PhaseOrder.of("tmrnet"));
  }

  @Test
  void sideFile_saysTheOrder() throws IOException {
    assertEquals(PhaseOrder.TF_CHOLEC80, PhaseOrder.in(directory));
    PhaseOrder.ENDOSSL.write(directory);
    assertEquals(PhaseOrder.ENDOSSL, PhaseOrder.in(directory));
    assertEquals(PhaseOrder.ENDOSSL, PhaseOrder.of(directory.resolve("video01.tfrecord")));
    assertEquals(
        "{\"phase_order\":\"endossl\"}\n", Files.readString(directory.resolve("labels.json")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[]",
        "{}",
        "{\"phase_order\": 3}",
        "{\"phase_order\": null}",
        "[[[[",
        "null"
      })
  void brokenSideFile_isADataException(String text) throws IOException {
    Files.writeString(directory.resolve("labels.json"), text);
    DataException e = assertThrows(DataException.class, () -> PhaseOrder.in(directory));
    assertTrue(String.valueOf(e.getMessage()).contains("labels.json"));
    assertTrue(String.valueOf(e.getMessage()).contains("tf-cholec80"));
  }
}
