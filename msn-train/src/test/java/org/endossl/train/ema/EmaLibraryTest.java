package org.endossl.train.ema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.hash.Hashing;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.endossl.model.ops.NativeLibrary;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class EmaLibraryTest {
  @Test
  void everyShippedLibrary_hasTheSumThatIsListed() throws IOException {
    List<String> names = new ArrayList<>();
    for (String line :
        new String(resource("SHA256SUMS"), StandardCharsets.UTF_8).lines().toList()) {
      String name = line.substring(64).strip();
      assertEquals(
          Hashing.sha256().hashBytes(resource(name)).toString(), line.substring(0, 64), name);
      names.add(name);
    }
    assertEquals(List.of("linux-aarch64/libmsn_ops.so", "linux-x86_64/libmsn_ops.so"), names);
  }

  @Test
  void library_loadsUnderThisTensorFlow() {
    Assumptions.assumeTrue(
        List.of("linux-x86_64", "linux-aarch64").contains(NativeLibrary.platform()),
        () -> "no native op is shipped for " + NativeLibrary.platform());
    assertTrue(EmaLibrary.status().loaded(), EmaLibrary.status().reason());
    assertEquals("native ops for " + NativeLibrary.platform(), EmaLibrary.status().reason());
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = EmaLibrary.class.getResourceAsStream("/native/" + name)) {
      assertNotNull(in, name);
      return in.readAllBytes();
    }
  }
}
