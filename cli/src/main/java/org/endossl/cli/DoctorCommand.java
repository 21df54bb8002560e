package org.endossl.cli;

import com.beust.jcommander.Parameter;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.endossl.train.Devices;

/** {@code endossl doctor}: what this machine has, what it lacks, and the fix. */
final class DoctorCommand extends Command {
  /** What the native library takes once it is unpacked, in bytes. */
  private static final long UNPACKED = 700_000_000L;

  @Parameter(names = "--no-tensorflow", description = "do not load the native library")
  boolean noTensorFlow;

  private boolean sound = true;

  @Override
  String example() {
    return "doctor";
  }

  @Override
  String details() {
    return "Exit code 0 if everything a run needs is there, else 4.";
  }

  @Override
  int run(Terminal terminal) {
    PrintStream out = terminal.out();
    line(out, true, "endossl", Version.text() + ", " + Path.of(home()).toAbsolutePath());
    line(out, true, "Java", Runtime.version() + " (" + System.getProperty("java.vendor") + ")");
    line(out, true, "system", system());
    cache(out);
    gpu(out);
    if (!noTensorFlow && sound) {
      GpuCheck.requireDriver();
      tensorFlow(out);
    }
    return sound ? ExitCode.DONE : ExitCode.ENVIRONMENT;
  }

  private static String home() {
    return System.getProperty("endossl.home", ".");
  }

  private static String system() {
    Runtime runtime = Runtime.getRuntime();
    return String.format(
        Locale.ROOT,
        "%s %s, %d processors, %s memory, heap up to %.1f GB",
        System.getProperty("os.name"),
        System.getProperty("os.arch"),
        runtime.availableProcessors(),
        memory(),
        runtime.maxMemory() / 1e9);
  }

  private static String memory() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/meminfo"), StandardCharsets.UTF_8)) {
        if (line.startsWith("MemTotal:")) {
          double kibibytes = Double.parseDouble(line.replaceAll("[^0-9]", ""));
          return String.format(Locale.ROOT, "%.1f GB", kibibytes * 1024 / 1e9);
        }
      }
    } catch (IOException e) {
      return "unknown"; // not Linux
    }
    return "unknown";
  }

  /** Where JavaCPP unpacks the native library. */
  private void cache(PrintStream out) {
    String set = System.getProperty("org.bytedeco.javacpp.cachedir");
    Path cache =
        set != null ? Path.of(set) : Path.of(System.getProperty("user.home"), ".javacpp", "cache");
    Path existing = cache;
    while (!Files.exists(existing) && existing.getParent() != null) {
      existing = existing.getParent();
    }
    boolean unpacked = !existing.equals(cache) ? false : holdsTensorFlow(cache);
    long free = existing.toFile().getUsableSpace();
    boolean enough = unpacked || (free > UNPACKED && Files.isWritable(existing));
    line(
        out,
        enough,
        "native cache",
        cache
            + (unpacked ? ": unpacked" : ": the first use unpacks 0.7 GB here")
            + String.format(Locale.ROOT, ", %.1f GB free", free / 1e9)
            + (enough
                ? ""
                : "; make room, or choose another place by JAVACPP's org.bytedeco.javacpp.cachedir"));
  }

  private static boolean holdsTensorFlow(Path cache) {
    String[] names =
        cache.toFile().list((directory, name) -> name.startsWith("tensorflow-core-native"));
    return names != null && names.length > 0;
  }

  private void gpu(PrintStream out) {
    if (!GpuCheck.gpuBuild()) {
      line(
          out,
          true,
          "GPU",
          "CPU build"
              + (GpuCheck.driver()
                  ? "; a driver is loaded: ENDOSSL_PROFILE=gpu-redist uses it"
                  : ""));
      return;
    }
    String missing = GpuCheck.missing();
    line(
        out,
        missing.isEmpty(),
        "GPU",
        missing.isEmpty() ? "GPU build, driver and CUDA found" : missing);
  }

  private void tensorFlow(PrintStream out) {
    long start = System.nanoTime();
    try {
      List<String> devices = Devices.list();
      double seconds = (System.nanoTime() - start) / 1e9;
      line(
          out,
          true,
          "TensorFlow",
          String.format(Locale.ROOT, "%s, up in %.1f s, %s", Devices.version(), seconds, devices));
      if (GpuCheck.gpuBuild()) {
        List<String> gpus = devices.stream().filter(Devices::isGpu).toList();
        line(out, !gpus.isEmpty(), "GPUs", GpuCheck.registered(gpus, GpuCheck.cards()));
      }
    } catch (LinkageError e) {
      line(out, false, "TensorFlow", "cannot be loaded: " + e.getMessage());
    }
  }

  private void line(PrintStream out, boolean good, String what, String text) {
    sound &= good;
    out.println(
        (good ? "ok    " : "LACKS ") + what + " ".repeat(Math.max(1, 14 - what.length())) + text);
  }
}
