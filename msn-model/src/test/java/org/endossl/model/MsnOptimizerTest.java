package org.endossl.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.endossl.model.NameTable.Entry;
import org.junit.jupiter.api.Test;
import org.tensorflow.ndarray.Shape;

class MsnOptimizerTest {
  /** Moments by PyTorch's own parameter names; the file has them by number only. */
  @Test
  void moments_areThoseOfTheirParameters() throws IOException {
    MsnCheckpoint.Model model = MsnCheckpoint.open(Resources.path("msn_opt/msn-ep2.pth.tar"), 2);
    MsnOptimizer optimizer = Objects.requireNonNull(model.optimizer().read());
    assertEquals(6, optimizer.steps());
    assertEquals(2, model.epoch());
    assertEquals(0.5, model.loss());
    Safetensors expected = Safetensors.open(Resources.path("msn_opt/expected.safetensors"));
    NameTable names = MsnNames.encoder(model.config(), Objects.requireNonNull(model.head()));
    Set<String> seen = new HashSet<>();
    for (Entry entry : names.entries()) {
      if (!entry.ours().contains(".running_")) {
        check(expected, optimizer, entry, "anchor." + entry.ours(), seen);
      }
    }
    Entry prototypes =
        new Entry("prototypes", Shape.of(5, 6), List.of("prototypes"), NameTable.Layout.SAME);
    check(expected, optimizer, prototypes, "prototypes", seen);
    assertEquals(optimizer.moments().shapes().keySet(), seen);
  }

  private static void check(
      Safetensors expected, MsnOptimizer optimizer, Entry entry, String ours, Set<String> seen)
      throws IOException {
    List<List<String>> moments =
        List.of(List.of("first_moment", "exp_avg."), List.of("second_moment", "exp_avg_sq."));
    for (List<String> moment : moments) {
      String name = "optimizer." + moment.get(0) + "." + ours;
      HostTensor got = optimizer.moments().tensor(name);
      assertEquals(entry.shape(), got.shape(), name);
      assertArrayEquals(
          expected.tensor(moment.get(1) + entry.theirs().get(0)).toArray(),
          entry.toTheirs(got).toArray(),
          name);
      seen.add(name);
    }
  }

  @Test
  void aCheckpointBeforeItsFirstStep_hasNone() throws IOException {
    assertNull(
        MsnCheckpoint.open(Resources.path("msn_tiny/msn-ep3.pth.tar"), 3).optimizer().read());
  }
}
