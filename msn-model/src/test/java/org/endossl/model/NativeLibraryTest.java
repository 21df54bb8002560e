package org.endossl.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.hash.Hashing;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.endossl.model.ops.NativeLibrary;
import org.junit.jupiter.api.Test;

class NativeLibraryTest {
  @Test
  void everyShippedLibrary_hasTheSumThatIsListed() throws IOException {
    List<String> names = new ArrayList<>();
    for (String line :
        new String(resource("ENDOSSL_OPS.SHA256SUMS"), StandardCharsets.UTF_8).lines().toList()) {
      String name = line.substring(64).strip();
      assertEquals(
          Hashing.sha256().hashBytes(resource(name)).toString(), line.substring(0, 64), name);
      names.add(name);
    }
    assertEquals(
        List.of("linux-aarch64/libendossl_ops.so", "linux-x86_64/libendossl_ops.so"), names);
  }

  @Test
  void libraryThatIsNotThere_isNamed() {
    NativeLibrary.Status status =
        new NativeLibrary("libnothing.so", "ENDOSSL_OPS.SHA256SUMS", "endossl.ops").load();
    assertFalse(status.loaded());
    assertEquals("there is no libnothing.so for " + NativeLibrary.platform(), status.reason());
  }

  @Test
  void libraryOfAnotherSum_isNotLoaded() {
    NativeLibrary.Status status =
        new NativeLibrary("libendossl_ops.so", "linux-x86_64/libendossl_ops.so", "endossl.ops")
            .load();
    assertFalse(status.loaded());
    assertTrue(
        status.reason().contains("is not the one that") || status.reason().contains("there is no"),
        status.reason());
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = NativeLibraryTest.class.getResourceAsStream("/native/" + name)) {
      assertNotNull(in, name);
      return in.readAllBytes();
    }
  }
}
