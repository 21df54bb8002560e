package org.endossl.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ParityCommandTest {
  private static final Path SCORES =
      Path.of("../msn-eval/src/test/resources/org/endossl/eval/metrics/endossl_metrics.json");

  @TempDir Path temp;

  @Test
  void whenAllHold_isDone_andWritesTheTable() throws IOException {
    Path json = temp.resolve("table.json");
    Ran ran = Ran.endossl("parity", SCORES.toString(), "--json", json.toString());
    assertEquals(0, ran.code(), ran.err());
    assertTrue(ran.out().contains("phases: absent phases"), ran.out());
    assertTrue(
        JsonParser.parseString(Files.readString(json, StandardCharsets.UTF_8))
            .getAsJsonObject()
            .get("holds")
            .getAsBoolean());
  }

  @Test
  void aDamagedFile_isBadData() throws IOException {
    Files.write(temp.resolve("net.h5"), new byte[1]);
    Files.write(temp.resolve("expected.safetensors"), new byte[1]);
    Ran ran = Ran.endossl("parity", temp.toString());
    assertEquals(3, ran.code(), ran.err());
    assertTrue(ran.err().contains("net.h5: no HDF5 file"), ran.err());
  }

  @Test
  void nothingToCompare_isBadData() {
    assertEquals(3, Ran.endossl("parity", temp.resolve("none").toString()).code());
    assertEquals(2, Ran.endossl("parity").code());
  }
}
