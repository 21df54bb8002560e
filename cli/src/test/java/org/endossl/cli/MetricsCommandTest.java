package org.endossl.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MetricsCommandTest {
  @TempDir Path temp;

  @Test
  void perfectPredictions_scoreOneHundred() throws IOException {
    Path file = temp.resolve("p.csv");
    Files.writeString(
        file,
        "video,frame,label,prediction\nvideo49,0,4,4\nvideo49,1,6,6\nvideo50,0,0,0\n",
        StandardCharsets.UTF_8);
    Path json = temp.resolve("s.json");
    Ran ran = Ran.endossl("metrics", file.toString(), "--json", json.toString());
    assertEquals(0, ran.code(), ran.err());
    assertTrue(ran.out().contains("video_f1"), ran.out());
    JsonObject scores =
        JsonParser.parseString(Files.readString(json, StandardCharsets.UTF_8)).getAsJsonObject();
    assertEquals(100, scores.getAsJsonObject("endossl").get("video_f1").getAsDouble());
  }

  @Test
  void missingFile_isBadData() {
    Ran ran = Ran.endossl("metrics", temp.resolve("none.csv").toString());
    assertEquals(3, ran.code());
    assertTrue(ran.err().contains("none.csv"), ran.err());
  }

  @Test
  void wrongPhaseOrder_isWrongUse() {
    Ran ran = Ran.endossl("metrics", "p.csv", "--phase-order", "other");
    assertEquals(2, ran.code());
    assertTrue(ran.err().contains("tf-cholec80"), ran.err());
  }

  @Test
  void noFile_isWrongUse() {
    assertEquals(2, Ran.endossl("metrics").code());
  }
}
