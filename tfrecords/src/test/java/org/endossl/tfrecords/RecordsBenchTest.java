package org.endossl.tfrecords;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordsBenchTest {
  @TempDir private Path folder;

  @Test
  void figures_areThereAndTheFileIsNot() throws IOException {
    RecordsBench.Figures figures = RecordsBench.run(folder, 10, 1000);
    assertTrue(figures.writeMegabytesPerSecond() > 0);
    assertTrue(figures.readMegabytesPerSecond() > 0);
    try (var files = Files.list(folder)) {
      assertEquals(0, files.count());
    }
  }

  @Test
  void noRecords_areRefused() {
    assertThrows(IllegalArgumentException.class, () -> RecordsBench.run(folder, 0, 1000));
  }
}
