package org.endossl.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether a GPU build can work here, found by looking for files: TensorFlow itself would fall back
 * to the CPU in silence, or print pages.
 */
final class GpuCheck {
  /** What TensorFlow 2.18 opens by name; the gpu-redist profile brings them along. */
  static final List<String> CUDA =
      List.of(
          "libcudart.so.12",
          "libcublas.so.12",
          "libcublasLt.so.12",
          "libcudnn.so.9",
          "libcufft.so.11",
          "libcusolver.so.11",
          "libcusparse.so.12");

  private static final String CUDNN = "libcudnn.so.9";
  private static final String GPU_LIBRARY =
      "org/tensorflow/internal/c_api/linux-x86_64-gpu/libtensorflow_cc.so.2";
  private static final String CUDA_REDIST = "org/bytedeco/cuda/linux-x86_64/libcudart.so.12";

  private static final Path DRIVER = Path.of("/proc/driver/nvidia/version");
  private static final int LEAST_DRIVER = 525;
  private static final Pattern VERSION =
      Pattern.compile("Kernel Module(?: for \\S+)?\\s+((\\d+)[.\\d]*)");

  private GpuCheck() {}

  /** Whether the class path holds TensorFlow for GPUs. */
  static boolean gpuBuild() {
    return ClassLoader.getSystemResource(GPU_LIBRARY) != null;
  }

  /** Whether the class path holds CUDA and cuDNN too. */
  static boolean cudaIncluded() {
    return ClassLoader.getSystemResource(CUDA_REDIST) != null;
  }

  /** Whether NVIDIA's driver is loaded (on WSL: passed through). */
  static boolean driver() {
    return Files.exists(DRIVER) || Files.exists(Path.of("/dev/dxg"));
  }

  /**
   * Refuses to go on with a GPU build on a machine that cannot run it; loads CUDA where it comes
   * along.
   *
   * @throws EnvironmentException saying what is missing and what to do
   */
  static void requireDriver() {
    if (gpuBuild()) {
      String missing = missing();
      if (!missing.isEmpty()) {
        throw new EnvironmentException(
            missing + "; or run the CPU build: ENDOSSL_PROFILE=cpu ./endossl ...");
      }
      if (cudaIncluded()) {
        CudaRedist.load();
      }
    }
  }

  /** What this machine lacks for a GPU build and what to do about it; empty if nothing. */
  static String missing() {
    String missing = missing(driver(), cudaIncluded(), libraryDirectories());
    if (!missing.isEmpty() || !Files.exists(DRIVER)) {
      return missing;
    }
    try {
      return tooOld(Files.readString(DRIVER, StandardCharsets.UTF_8));
    } catch (IOException unreadable) {
      return ""; // TensorFlow will say
    }
  }

  /** What is wrong with a driver that describes itself so; empty if nothing. */
  static String tooOld(String version) {
    Matcher number = VERSION.matcher(version);
    if (!number.find() || Integer.parseInt(number.group(2)) >= LEAST_DRIVER) {
      return "";
    }
    return "this is a GPU build, and the NVIDIA driver is "
        + number.group(1)
        + "; CUDA 12 needs "
        + LEAST_DRIVER
        + " or newer (Ubuntu: apt-get install nvidia-driver-550-server; Debian: apt-get install"
        + " nvidia-driver), and a restart";
  }

  /** The cards that the driver shows; -1 where it does not tell (WSL, no driver). */
  static int cards() {
    String[] cards = Path.of("/proc/driver/nvidia/gpus").toFile().list();
    return cards == null ? -1 : cards.length;
  }

  /**
   * What to say of the GPUs that TensorFlow registered.
   *
   * @param cards as in {@link #cards}
   */
  static String registered(List<String> gpus, int cards) {
    if (gpus.isEmpty()) {
      return "TensorFlow registered none although driver and libraries are there; run endossl doctor"
          + " --verbose for its own words";
    }
    return gpus.size()
        + (cards > gpus.size() ? " of the " + cards + " that the driver shows" : "")
        + ": "
        + String.join(", ", gpus)
        + (gpus.size() > 1 ? "; --devices " + gpus.size() + " cuts a batch among them" : "");
  }

  /** What a GPU build lacks and what to do about it; empty if nothing. */
  static String missing(boolean driver, boolean cudaIncluded, Set<Path> directories) {
    if (!driver) {
      return "this is a GPU build, and the NVIDIA driver is not loaded"
          + " (no /proc/driver/nvidia/version); install the driver, 525 or newer (Ubuntu:"
          + " apt-get install nvidia-driver-550-server; Debian: apt-get install nvidia-driver), and"
          + " restart";
    }
    if (absent(List.of("libcuda.so.1"), directories).size() == 1) {
      return "this is a GPU build, and the NVIDIA driver's libcuda.so.1 was not found in "
          + directories
          + "; install the driver's libraries or add their directory to LD_LIBRARY_PATH";
    }
    List<String> absent = cudaIncluded ? List.of() : absent(CUDA, directories);
    if (!absent.isEmpty()) {
      List<String> packages = new ArrayList<>();
      if (absent.stream().anyMatch(name -> !name.equals(CUDNN))) {
        packages.add("cuda-libraries-12-6");
      }
      if (absent.contains(CUDNN)) {
        packages.add("libcudnn9-cuda-12");
      }
      return "this is a GPU build, and "
          + String.join(", ", absent)
          + " are missing; install "
          + (packages.size() == 2
              ? "CUDA 12 and cuDNN 9"
              : absent.contains(CUDNN) ? "cuDNN 9" : "CUDA 12")
          + " (apt-get install "
          + String.join(" ", packages)
          + " from NVIDIA's repository, or set LD_LIBRARY_PATH to where they are), or use"
          + " ENDOSSL_PROFILE=gpu-redist, which brings them";
    }
    return "";
  }

  static List<String> absent(List<String> libraries, Set<Path> directories) {
    return libraries.stream()
        .filter(name -> directories.stream().noneMatch(d -> Files.exists(d.resolve(name))))
        .toList();
  }

  /** Where the dynamic linker looks, as far as files tell. */
  static Set<Path> libraryDirectories() {
    List<String> names = new ArrayList<>();
    String path = System.getenv("LD_LIBRARY_PATH");
    if (path != null) {
      names.addAll(List.of(path.split(":", -1)));
    }
    names.addAll(configured(Path.of("/etc/ld.so.conf.d")));
    names.addAll(
        List.of(
            "/lib/x86_64-linux-gnu",
            "/usr/lib/x86_64-linux-gnu",
            "/usr/lib64",
            "/usr/lib",
            "/usr/lib/wsl/lib",
            "/run/opengl-driver/lib"));
    Set<Path> directories = new LinkedHashSet<>();
    for (String name : names) {
      if (name.startsWith("/") && Files.isDirectory(Path.of(name.strip()))) {
        directories.add(Path.of(name.strip()));
      }
    }
    return directories;
  }

  /** The directories that the linker's configuration files name; none if there are none. */
  private static List<String> configured(Path directory) {
    String[] files = directory.toFile().list((parent, name) -> name.endsWith(".conf"));
    List<String> names = new ArrayList<>();
    for (String file : files == null ? new String[0] : files) {
      try {
        names.addAll(Files.readAllLines(directory.resolve(file), StandardCharsets.UTF_8));
      } catch (IOException unreadable) {
        // unreadable: the usual places are looked at anyway
      }
    }
    names.sort(null);
    return names;
  }
}
