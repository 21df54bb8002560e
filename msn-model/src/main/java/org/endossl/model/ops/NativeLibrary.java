package org.endossl.model.ops;

import com.google.common.hash.Hashing;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.tensorflow.TensorFlow;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.OpList;

/**
 * A library of ops that is shipped as a resource, {@code /native/PLATFORM/FILE}, with its SHA-256
 * beside it.
 *
 * @param file name of the library
 * @param checksums resource under {@code /native/} in the format of sha256sum
 * @param wish name of a system property; {@code composite} there keeps the library from being
 *     loaded
 */
public record NativeLibrary(String file, String checksums, String wish) {
  /**
   * Whether the ops are registered with TensorFlow.
   *
   * @param loaded true if nodes of their types can be built and run
   * @param reason one line for a person: what was loaded, or why it was not
   * @param ops what the library registered
   */
  public record Status(boolean loaded, String reason, OpList ops) {
    /** Without ops. */
    public Status(boolean loaded, String reason) {
      this(loaded, reason, OpList.getDefaultInstance());
    }

    /** Whether the attribute {@code T} of an op of the library may be this type. */
    public boolean takes(String op, DataType type) {
      return ops.getOpList().stream()
          .filter(def -> def.getName().equals(op))
          .flatMap(def -> def.getAttrList().stream())
          .filter(attribute -> attribute.getName().equals("T"))
          .anyMatch(
              attribute -> attribute.getAllowedValues().getList().getTypeList().contains(type));
    }
  }

  /** {@code linux-x86_64} and so on: the folder of this machine's library. */
  public static String platform() {
    String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    String cpu = System.getProperty("os.arch", "");
    return os + "-" + (cpu.equals("amd64") ? "x86_64" : cpu);
  }

  /** Loads it; once per process, by whoever holds the outcome. */
  public Status load() {
    if (System.getProperty(wish, "auto").equals("composite")) {
      return new Status(false, "the portable form was chosen by -D" + wish + "=composite");
    }
    // Loads TensorFlow itself first: the library refers to its symbols by name.
    String version = TensorFlow.version();
    if (!version.startsWith("2.")) {
      return new Status(false, "TensorFlow " + version + " is not of version 2");
    }
    String name = platform() + "/" + file;
    try {
      byte[] library = resource(name);
      if (library.length == 0) {
        return new Status(false, "there is no " + file + " for " + platform());
      }
      String sum = Hashing.sha256().hashBytes(library).toString();
      if (!new String(resource(checksums), StandardCharsets.UTF_8).contains(sum + "  " + name)) {
        return new Status(false, name + " is not the one that " + checksums + " names: got " + sum);
      }
      Path copy = Files.createTempFile(file, "");
      try {
        Files.write(copy, library);
        OpList ops = TensorFlow.loadLibrary(copy.toString());
        return new Status(true, "native ops for " + platform(), ops);
      } finally {
        Files.deleteIfExists(copy); // stays mapped
      }
    } catch (IOException | RuntimeException | UnsatisfiedLinkError e) {
      return new Status(false, name + " did not load: " + e.getMessage());
    }
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = NativeLibrary.class.getResourceAsStream("/native/" + name)) {
      return in == null ? new byte[0] : in.readAllBytes();
    }
  }
}
