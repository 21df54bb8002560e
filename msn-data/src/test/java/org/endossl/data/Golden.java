package org.endossl.data;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A safetensors file of uint8 and float32 tensors among the test's resources. */
public final class Golden {
  private static final Pattern ENTRY =
      Pattern.compile(
          "\"([^\"]+)\"\\s*:\\s*\\{\\s*\"dtype\"\\s*:\\s*\"(\\w+)\"\\s*,\\s*\"shape\"\\s*:\\s*\\[([^]]*)]"
              + "\\s*,\\s*\"data_offsets\"\\s*:\\s*\\[(\\d+)\\s*,\\s*(\\d+)]");

  /**
   * One tensor.
   *
   * @param shape its dimensions
   * @param values row by row
   */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  public record Array(int[] shape, float[] values) {
    /** As unsigned bytes. */
    public byte[] bytes() {
      byte[] b = new byte[values.length];
      for (int i = 0; i < b.length; i++) {
        b[i] = (byte) (int) values[i];
      }
      return b;
    }
  }

  private Golden() {}

  /** Reads a file under {@code /golden}. */
  public static Map<String, Array> read(String name) {
    try (InputStream in = Golden.class.getResourceAsStream("/golden/" + name)) {
      return read(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads a file's bytes. */
  public static Map<String, Array> read(byte[] bytes) {
    ByteBuffer all = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int header = (int) all.getLong();
    Matcher m = ENTRY.matcher(new String(all.array(), Long.BYTES, header, StandardCharsets.UTF_8));
    Map<String, Array> tensors = new LinkedHashMap<>();
    while (m.find()) {
      int[] shape =
          Arrays.stream(m.group(3).split(","))
              .map(String::strip)
              .mapToInt(Integer::parseInt)
              .toArray();
      float[] values = new float[Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
      int at = Long.BYTES + header + Integer.parseInt(m.group(4));
      for (int i = 0; i < values.length; i++) {
        values[i] = m.group(2).equals("U8") ? all.get(at + i) & 0xff : all.getFloat(at + 4 * i);
      }
      tensors.put(m.group(1), new Array(shape, values));
    }
    return tensors;
  }

  /** A folder or file of real frames, which are not in the repository; skips the test without. */
  public static Path shared(String name) {
    String named = System.getProperty("endossl.shared");
    if (named != null) {
      return Path.of(named).resolve(name);
    }
    for (Path up = Path.of("").toAbsolutePath(); up != null; up = up.getParent()) {
      Path found = up.resolve("shared").resolve(name);
      if (Files.exists(found)) {
        return found;
      }
    }
    assumeTrue(false, "skipped: shared/" + name + " is not above; name shared by -Dendossl.shared");
    throw new AssertionError();
  }
}
