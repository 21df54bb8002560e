package org.endossl.eval.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.endossl.eval.WeightsSource;
import org.endossl.eval.features.FeatureSet;
import org.endossl.eval.features.Features;
import org.endossl.eval.features.FeaturesRequest;
import org.endossl.eval.features.Frames;
import org.endossl.tfrecords.Compression;
import org.endossl.tfrecords.DataException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CachedFeaturesBenchTest {
  @TempDir Path temp;

  @Test
  void figures_areOfTheDirectory() throws IOException {
    Path records = Frames.write(temp.resolve("a.tfrecord"), 2, 3, Compression.NONE);
    Path out = temp.resolve("features");
    Features.run(
        new FeaturesRequest(
            WeightsSource.parse("mean-colour"),
            List.of(records.toString()),
            List.of(),
            null,
            2,
            1,
            out,
            null),
        p -> {});
    CachedFeaturesBench.Figures got = CachedFeaturesBench.run(out, 3);
    assertEquals(6, got.frames());
    assertEquals(3, got.width());
    long bytes = 0;
    for (String file : FeatureSet.FILES) {
      bytes += Files.size(out.resolve(file));
    }
    assertEquals(bytes, got.bytes());
    assertEquals(
        bytes * 1e-6 / got.featuresSeconds(), got.featuresMegabytesPerSecond(), 1e-3 * bytes);
    assertTrue(got.rawMegabytesPerSecond() > 0);
    assertThrows(IllegalArgumentException.class, () -> CachedFeaturesBench.run(out, 2));
    assertThrows(DataException.class, () -> CachedFeaturesBench.run(temp, 3));
  }
}
