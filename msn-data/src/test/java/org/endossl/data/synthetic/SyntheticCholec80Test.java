package org.endossl.data.synthetic;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.endossl.tfrecords.FrameIndex;
import org.endossl.tfrecords.PhaseOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SyntheticCholec80Test {
  private static final SyntheticConfig SMALL = new SyntheticConfig(7, 3, 40, 48, 32, 1);

  @TempDir Path directory;

  @Test
  void records_haveEveryPhaseInItsOrder() throws Exception {
    List<Path> files = SyntheticCholec80.write(directory, SMALL, (done, videos, file) -> {});
    FrameIndex index = FrameIndex.scan(files);
    assertEquals(List.of("video01", "video02", "video03"), index.videos());
    assertEquals(PhaseOrder.TF_CHOLEC80, index.phaseOrder());
    for (String video : index.videos()) {
      List<String> phases = new ArrayList<>();
      for (FrameIndex.Entry entry : index.entries()) {
        if (entry.videoId().equals(video)) {
          String name = PhaseOrder.TF_CHOLEC80.names().get(entry.phase());
          if (phases.isEmpty() || !phases.get(phases.size() - 1).equals(name)) {
            phases.add(name);
          }
        }
      }
      assertEquals(PhaseOrder.TMRNET.names(), phases, video);
    }
  }

  @Test
  void bytes_dependOnTheSeedNotOnTheThreads() throws Exception {
    Path one = directory.resolve("one");
    Path many = directory.resolve("many");
    Path other = directory.resolve("other");
    SyntheticCholec80.write(one, SMALL, (done, videos, file) -> {});
    SyntheticCholec80.write(
        many, new SyntheticConfig(7, 3, 40, 48, 32, 3), (done, videos, file) -> {});
    SyntheticCholec80.write(
        other, new SyntheticConfig(8, 3, 40, 48, 32, 3), (done, videos, file) -> {});
    String name = "video02.tfrecord";
    byte[] bytes = Files.readAllBytes(one.resolve(name));
    assertArrayEquals(bytes, Files.readAllBytes(many.resolve(name)));
    assertFalse(
        java.util.Arrays.equals(bytes, Files.readAllBytes(other.resolve(name))), "another seed");
  }

  @Test
  void files_ofOtherVideosAreRefused() throws Exception {
    Files.createFile(directory.resolve("video09.tfrecord"));
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> SyntheticCholec80.write(directory, SMALL, (done, videos, file) -> {}));
    assertTrue(String.valueOf(e.getMessage()).contains("holds video09.tfrecord"), e.getMessage());
  }

  @Test
  void config_saysWhatIsWanted() {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> new SyntheticConfig(0, 1, 60, 1000, 480, 0));
    assertEquals("width: got 1000, wanted 16 to 854", e.getMessage());
  }
}
