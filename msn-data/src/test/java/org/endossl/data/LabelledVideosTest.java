package org.endossl.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.endossl.tfrecords.FrameIndex;
import org.endossl.tfrecords.PhaseOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LabelledVideosTest {
  private static final List<String> VIDEOS = Split.of("1-40", "", "").train();

  @TempDir Path directory;

  @Test
  void shares_areWholeVideos_andSmallerOnesPartsOfLarger() {
    List<Integer> counts = new ArrayList<>();
    List<String> before = List.of();
    for (double percent : LabelledVideos.USUAL_PERCENT) {
      List<String> drawn = LabelledVideos.percent(VIDEOS, percent, 5);
      assertTrue(drawn.containsAll(before), percent + " percent");
      counts.add(drawn.size());
      before = drawn;
    }
    assertEquals(List.of(1, 2, 5, 10, 20), counts);
    assertEquals(VIDEOS, LabelledVideos.percent(VIDEOS, 100, 5));
  }

  @Test
  void theSeedDecides_theOrderOfTheNamesDoesNot() {
    List<String> reversed = new ArrayList<>(VIDEOS);
    Collections.reverse(reversed);
    assertEquals(LabelledVideos.count(VIDEOS, 5, 1), LabelledVideos.count(reversed, 5, 1));
    assertNotEquals(LabelledVideos.count(VIDEOS, 5, 1), LabelledVideos.count(VIDEOS, 5, 2));
    assertThrows(IllegalArgumentException.class, () -> LabelledVideos.count(VIDEOS, 41, 1));
    assertThrows(IllegalArgumentException.class, () -> LabelledVideos.percent(VIDEOS, 0, 1));
  }

  @Test
  void shards_haveNoFrameInCommon_andTheSameSize() throws IOException {
    FrameIndex index =
        FrameIndex.scan(List.of(Fixtures.write(directory.resolve("a.tfrecord"), 5, 1, 2)));
    FrameFiles files = FrameFiles.select(index, index.videos());
    Set<FrameIndex.Entry> seen = new HashSet<>();
    for (int i = 0; i < 3; i++) {
      FrameFiles part = files.shard(i, 3);
      assertEquals(3, part.frames());
      seen.addAll(part.entries());
    }
    assertEquals(9, seen.size());
    assertThrows(IllegalArgumentException.class, () -> files.shard(3, 3));
  }

  @Test
  void classWeights_goWithThePhase_inAnyOrder() {
    PhaseOrder endossl = PhaseOrder.ENDOSSL;
    for (PhaseOrder order : PhaseOrder.OF_RECORDS) {
      List<Double> moved = ClassWeights.ENDOSSL.in(order).weights();
      for (String phase : endossl.names()) {
        assertEquals(
            ClassWeights.ENDOSSL.weights().get(endossl.index(phase)),
            moved.get(order.index(phase)));
      }
    }
    // As written the most frequent phase weighs most, as meant the rarest.
    int calot = PhaseOrder.TF_CHOLEC80.index("CalotTriangleDissection");
    assertEquals(
        Collections.max(ClassWeights.ENDOSSL.weights()),
        ClassWeights.ENDOSSL.in(PhaseOrder.TF_CHOLEC80).weights().get(calot));
    assertEquals(
        Collections.min(ClassWeights.ENDOSSL_AS_MEANT.weights()),
        ClassWeights.ENDOSSL_AS_MEANT.weights().get(calot));
    assertThrows(IllegalArgumentException.class, () -> new ClassWeights(endossl, List.of(1.0)));
  }
}
