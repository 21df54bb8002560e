package org.endossl.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class GpuCheckTest {
  @TempDir Path libraries;

  @Test
  void withoutADriver_saysSo() {
    String missing = GpuCheck.missing(false, true, Set.of(libraries));
    assertTrue(missing.contains("NVIDIA driver is not loaded"), missing);
  }

  @Test
  void withoutLibcuda_namesItAndWhereItWasLookedFor() {
    String missing = GpuCheck.missing(true, true, Set.of(libraries));
    assertTrue(missing.contains("libcuda.so.1"), missing);
    assertTrue(missing.contains(libraries.toString()), missing);
  }

  @Test
  void withoutCuda_namesEveryMissingLibrary() throws IOException {
    Files.createFile(libraries.resolve("libcuda.so.1"));
    Files.createFile(libraries.resolve("libcudart.so.12"));
    String missing = GpuCheck.missing(true, false, Set.of(libraries));
    assertTrue(missing.contains("libcudnn.so.9"), missing);
    assertTrue(!missing.contains("libcudart"), missing);
    assertTrue(missing.contains("gpu-redist"), missing);
  }

  @Test
  void withEverything_lacksNothing() throws IOException {
    Files.createFile(libraries.resolve("libcuda.so.1"));
    assertEquals("", GpuCheck.missing(true, true, Set.of(libraries)));
    for (String name : GpuCheck.CUDA) {
      Files.createFile(libraries.resolve(name));
    }
    assertEquals("", GpuCheck.missing(true, false, Set.of(libraries)));
  }
}
