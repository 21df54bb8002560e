package org.endossl.eval.embed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.endossl.eval.parity.Parity;
import org.endossl.eval.parity.ParityReport;
import org.endossl.eval.parity.ParityRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Values of {@code interop/views_golden.py}: torchvision's Resize and CenterCrop on PIL images. */
class CenterCropTest {
  @TempDir Path temp;

  @Test
  void aTallAndAWideImage_equalTorchvisions() throws IOException {
    for (String name : new String[] {"center_crop.safetensors", "center_crop_wide.safetensors"}) {
      Path file = temp.resolve(name);
      try (InputStream in = CenterCropTest.class.getResourceAsStream(name)) {
        assertNotNull(in, name);
        Files.copy(in, file);
      }
      ParityReport report = Parity.run(new ParityRequest(file, null), (at, of, golden, kind) -> {});
      assertEquals(4, report.cases().size(), name); // two crops: largest and mean difference
      assertTrue(report.holds(), report.cases().toString());
    }
  }

  @Test
  void theShorterSide_isTorchvisionsForTheUsualSize() {
    assertEquals(256, CenterCrop.shorter(224));
  }
}
