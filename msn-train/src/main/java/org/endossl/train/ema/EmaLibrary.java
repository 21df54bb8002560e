package org.endossl.train.ema;

import com.google.common.hash.Hashing;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.tensorflow.TensorFlow;

/**
 * Loads the native op once per process. Where it cannot be loaded, {@link #status} says why and the
 * composite form serves.
 *
 * <p>{@code -Dendossl.ema=composite} chooses the portable form anywhere.
 */
public final class EmaLibrary {
  /**
   * Whether the native op is registered with TensorFlow.
   *
   * @param loaded true if {@code EmaUpdate} nodes can be built and run
   * @param reason one line for a person: what was loaded, or why it was not
   */
  public record Status(boolean loaded, String reason) {}

  private static final Status STATUS = load();

  private EmaLibrary() {}

  /** The outcome of loading, the same for the whole process. */
  public static Status status() {
    return STATUS;
  }

  /** {@code linux-x86_64} and so on: the folder of this machine's library. */
  static String platform() {
    String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    String cpu = System.getProperty("os.arch", "");
    return os + "-" + (cpu.equals("amd64") ? "x86_64" : cpu);
  }

  private static Status load() {
    String wish = System.getProperty("endossl.ema", "auto");
    if (wish.equals("composite")) {
      return new Status(false, "the portable form was chosen by -Dendossl.ema=composite");
    }
    // Loads TensorFlow itself first: the op's library refers to its symbols by name.
    String version = TensorFlow.version();
    if (!version.startsWith("2.")) {
      return new Status(false, "TensorFlow " + version + " is not of version 2");
    }
    String name = platform() + "/libmsn_ops.so";
    try {
      byte[] library = resource(name);
      if (library.length == 0) {
        return new Status(false, "there is no native op for " + platform());
      }
      String sum = Hashing.sha256().hashBytes(library).toString();
      if (!new String(resource("SHA256SUMS"), StandardCharsets.UTF_8).contains(sum + "  " + name)) {
        return new Status(false, name + " is not the one that SHA256SUMS names: got " + sum);
      }
      Path file = Files.createTempFile("libmsn_ops", ".so");
      try {
        Files.write(file, library);
        TensorFlow.loadLibrary(file.toString());
      } finally {
        Files.deleteIfExists(file); // stays mapped
      }
      return new Status(true, "native op for " + platform());
    } catch (IOException | RuntimeException | UnsatisfiedLinkError e) {
      return new Status(false, name + " did not load: " + e.getMessage());
    }
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = EmaLibrary.class.getResourceAsStream("/native/" + name)) {
      return in == null ? new byte[0] : in.readAllBytes();
    }
  }
}
