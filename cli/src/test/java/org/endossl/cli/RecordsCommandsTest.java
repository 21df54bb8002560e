package org.endossl.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lines that scripts rely on: synthetic, records inspect, records verify. */
final class RecordsCommandsTest {
  @TempDir Path temp;

  private Path records() {
    Path directory = temp.resolve("records");
    Ran ran =
        Ran.endossl("synthetic", "--out=" + directory, "--videos=1", "--frames=32", "--size=32x18");
    assertEquals(0, ran.code(), ran.err());
    return directory;
  }

  @Test
  void inspect_printsOneJsonObjectPerRecord() {
    Ran ran = Ran.endossl("records", "inspect", records().toString(), "--json");
    assertEquals(0, ran.code(), ran.err());
    long number = 0;
    for (String line : ran.out().lines().toList()) {
      JsonObject record = JsonParser.parseString(line).getAsJsonObject();
      assertEquals("video01.tfrecord", record.get("file").getAsString());
      assertEquals(number, record.get("record").getAsLong());
      assertEquals(64, record.get("frame_sha256").getAsString().length());
      assertEquals(7, record.getAsJsonArray("instruments").size());
      for (String key : new String[] {"offset", "video_id", "frame_id", "total_frames", "phase"}) {
        assertTrue(record.has(key), key);
      }
      number++;
    }
    assertTrue(number > 0);
  }

  @Test
  void verify_ofGoodRecords_isDone() {
    Ran ran = Ran.endossl("records", "verify", records().toString());
    assertEquals(0, ran.code(), ran.err());
    assertTrue(ran.out().startsWith("0 problems in 1 files"), ran.out());
  }

  @Test
  void verify_ofADamagedRecord_namesFileByteAndRecord() throws IOException {
    Path file = records().resolve("video01.tfrecord");
    byte[] bytes = Files.readAllBytes(file);
    bytes[40] ^= 1;
    Files.write(file, bytes);
    Ran ran = Ran.endossl("records", "verify", file.toString());
    assertEquals(3, ran.code());
    assertTrue(ran.err().startsWith(file + " at byte 0, record 0: "), ran.err());
  }

  @Test
  void verify_ofNothing_isBadData() {
    Ran ran = Ran.endossl("records", "verify", temp.resolve("none.tfrecord").toString());
    assertEquals(3, ran.code());
    assertEquals(2, Ran.endossl("records", "verify").code());
    assertEquals(2, Ran.endossl("records", "verfy").code());
  }

  @Test
  void synthetic_ofAWrongSize_isWrongUse() {
    assertEquals(2, Ran.endossl("synthetic", "--out", temp.toString(), "--size", "big").code());
    assertEquals(2, Ran.endossl("synthetic").code());
    assertEquals(2, Ran.endossl("synthetic", "--out").code());
  }
}
