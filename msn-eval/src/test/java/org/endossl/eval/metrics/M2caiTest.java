package org.endossl.eval.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.endossl.tfrecords.PhaseOrder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class M2caiTest {
  @TempDir Path temp;

  /** The challenge's rules are those of Cholec80, one phase further. */
  @Test
  void theEightPhases_areScoredAsTheSeven_whereTheyAreTheSame() throws IOException {
    SplittableRandom random = new SplittableRandom(5);
    StringBuilder seven = new StringBuilder("video,frame,label,prediction\n");
    StringBuilder eight = new StringBuilder("# phase_order: m2cai\nvideo,frame,label,prediction\n");
    for (int i = 0; i < 400; i++) {
      int label = Math.min(6, i / 57);
      int prediction =
          Math.max(0, Math.min(6, label + (random.nextInt(3) == 0 ? random.nextInt(-2, 3) : 0)));
      seven.append("a,").append(i).append(',').append(label).append(',').append(prediction);
      eight.append("a,").append(i).append(',').append(label + 1).append(',').append(prediction + 1);
      seven.append('\n');
      eight.append('\n');
    }
    MetricsResult tmrnet = run("seven.csv", seven.toString(), PhaseOrder.TMRNET);
    MetricsResult m2cai = run("eight.csv", eight.toString(), null);
    assertEquals(PhaseOrder.M2CAI, m2cai.order());
    for (Relaxed.Variant variant : Relaxed.Variant.values()) {
      Relaxed wanted = tmrnet.relaxed(variant).get(0);
      Relaxed got = m2cai.relaxed(variant).get(0);
      assertEquals(wanted.accuracy(), got.accuracy(), 1e-12);
      assertEquals(8, got.recall().length);
      assertTrue(Double.isNaN(got.recall()[0]), "no trocars were placed");
      for (int p = 0; p < 7; p++) {
        assertEquals(wanted.jaccard()[p], got.jaccard()[p + 1], 1e-12);
        assertEquals(wanted.precision()[p], got.precision()[p + 1], 1e-12);
        assertEquals(wanted.recall()[p], got.recall()[p + 1], 1e-12);
      }
    }
    assertEquals(tmrnet.endossl().videoF1(), m2cai.endossl().videoF1());
    assertTrue(m2cai.toJson().toString().contains("TrocarPlacement"));
  }

  @Test
  void recordsHaveNoneOfIt() {
    assertThrows(IllegalArgumentException.class, () -> PhaseOrder.of("m2cai"));
    assertEquals(PhaseOrder.M2CAI, PhaseOrder.ofPredictions("m2cai"));
    assertThrows(
        IllegalArgumentException.class, () -> PhaseOrder.M2CAI.convert(0, PhaseOrder.TMRNET));
  }

  private MetricsResult run(String name, String text, @Nullable PhaseOrder order)
      throws IOException {
    Path file = Files.writeString(temp.resolve(name), text);
    MetricsOptions options = new MetricsOptions(1, 15, false, Bootstrap.DEFAULT);
    return Metrics.run(new MetricsRequest(file, order, List.of(), null, null, options, null))
        .result();
  }
}
