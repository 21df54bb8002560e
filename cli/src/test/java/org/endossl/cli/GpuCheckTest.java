package org.endossl.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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

  @Test
  void registeredGpus_areCounted() {
    assertEquals("1: GPU:0", GpuCheck.registered(List.of("GPU:0"), 1));
    assertEquals(
        "2 of the 4 that the driver shows: GPU:0, GPU:1; --devices 2 cuts a batch among them",
        GpuCheck.registered(List.of("GPU:0", "GPU:1"), 4));
    assertTrue(GpuCheck.registered(List.of(), 1).startsWith("TensorFlow registered none"));
  }

  @Test
  void anOldDriver_isNamed() {
    String old = "NVRM version: NVIDIA UNIX x86_64 Kernel Module  470.256.02  Thu May  2 2024\n";
    assertTrue(GpuCheck.tooOld(old).contains("driver is 470.256.02; CUDA 12 needs 525"));
    assertEquals("", GpuCheck.tooOld(old.replace("470.256.02", "550.54.15")));
    String open = "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  515.65.01  Release\n";
    assertTrue(GpuCheck.tooOld(open).contains("515.65.01"));
    assertEquals("", GpuCheck.tooOld("something else"));
  }
}
