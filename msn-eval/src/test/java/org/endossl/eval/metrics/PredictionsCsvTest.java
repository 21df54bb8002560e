package org.endossl.eval.metrics;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.endossl.tfrecords.DataException;
import org.endossl.tfrecords.PhaseOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PredictionsCsvTest {
  private static final List<String> NAMES = PhaseOrder.ENDOSSL.names();

  @TempDir Path temp;

  @Test
  void read_takesNamesAndNumbersInAnyColumnOrderWithLineEndingsOfAnySystem() throws IOException {
    Path file =
        file(
            "\uFEFFprediction,video,extra,label,frame\r\n"
                + "3,\"video 02\",x,"
                + NAMES.get(2)
                + ",7\r\n\r\n"
                + NAMES.get(0)
                + ",video01,\"a,b\",6,25");
    Predictions got = Predictions.read(file, null);
    assertEquals(List.of("video 02", "video01"), got.videos().stream().map(v -> v.name()).toList());
    assertArrayEquals(new long[] {7}, got.videos().get(0).frames());
    assertArrayEquals(new int[] {2}, got.videos().get(0).labels());
    assertArrayEquals(new int[] {3}, got.videos().get(0).predictions());
    assertArrayEquals(new int[] {6}, got.videos().get(1).labels());
    assertArrayEquals(new int[] {0}, got.videos().get(1).predictions());
  }

  @Test
  void numbers_areReadInTheOrderThatTheFileStates() throws IOException {
    String text = "# phase_order: tf-cholec80\nvideo,frame,label,prediction\nvideo01,0,1,1\n";
    Predictions got = Predictions.read(file(text), null);
    assertEquals(PhaseOrder.TF_CHOLEC80, got.order());
    DataException e =
        assertThrows(DataException.class, () -> Predictions.read(file(text), PhaseOrder.ENDOSSL));
    assertTrue(message(e).contains("line 3: the file's numbers are in the order tf-cholec80"));
  }

  @Test
  void names_areIndependentOfTheOrderThatTheFileStates() throws IOException {
    Path file =
        file(
            "# phase_order: tf-cholec80\nvideo,frame,label,prediction\nvideo01,0,"
                + NAMES.get(4)
                + ","
                + NAMES.get(5)
                + "\n");
    Predictions got = Predictions.read(file, PhaseOrder.ENDOSSL);
    assertEquals(4, got.videos().get(0).labels()[0]);
    assertEquals(5, got.videos().get(0).predictions()[0]);
  }

  @Test
  void faults_areOneLineWithFileAndLine() throws IOException {
    String header = "video,frame,label,prediction\n";
    assertFault("", "is empty");
    assertFault(header, "no rows");
    assertFault("video,frame,label\nv,1,2\n", "line 1: no column \"prediction\"");
    assertFault(header + "v,1,2\n", "line 2: 3 values, the header has 4: v,1,2");
    assertFault(header + "v,1,2,3\nv,x,2,3\n", "line 3: frame \"x\", wanted a whole number");
    assertFault(header + "v,-1,2,3\n", "line 2: frame \"-1\"");
    assertFault(header + "v,1.0,2,3\n", "line 2: frame \"1.0\"");
    assertFault(header + "v,1,7,3\n", "line 2: label \"7\", wanted a number from 0 to 6");
    assertFault(header + "v,1,2,nan\n", "line 2: prediction \"nan\", wanted");
    assertFault(header + "v,1,2,Suturing\n", "line 2: prediction \"Suturing\"");
    assertFault(header + ",1,2,3\n", "line 2: video is empty");
    assertFault(header + "v,1,2,3\nw,1,2,3\nv,1,2,4\n", "line 4: v frame 1 is there twice");
    assertFault(header + "\"v,1,2,3\n", "line 2: a quote is not closed");
    assertFault("# phase_order: other\n" + header, "line 1: phase order \"other\"");
    DataException e =
        assertThrows(DataException.class, () -> Predictions.read(temp.resolve("no.csv"), null));
    assertTrue(message(e).contains("no such file"));
  }

  @Test
  void run_wantsTheVideosAskedFor() throws IOException {
    Path file = file("video,frame,label,prediction\nvideo49,0,1,1\nvideo01,0,1,1\n");
    DataException e =
        assertThrows(
            DataException.class,
            () -> Metrics.run(MetricsRequest.of(file, List.of("video49", "video50"), null)));
    assertTrue(
        message(e).contains("missing videos [video50], not asked for [video01]"), message(e));
  }

  @Test
  void json_hasOneObjectPerConventionAndNullForPhasesThatDoNotOccur() throws IOException {
    Path file = file("video,frame,label,prediction\nvideo49,0,1,1\nvideo49,1,1,2\n");
    Path json = temp.resolve("out/metrics.json");
    Metrics.run(MetricsRequest.of(file, List.of(), json));
    JsonObject got = JsonParser.parseString(Files.readString(json)).getAsJsonObject();
    assertEquals(50.0, got.getAsJsonObject("endossl").get("video_acc").getAsDouble());
    JsonObject phases = got.getAsJsonObject("frame").getAsJsonObject("phases");
    assertEquals(NAMES, List.copyOf(phases.keySet()));
    assertTrue(phases.getAsJsonObject(NAMES.get(0)).get("f1").isJsonNull());
    assertEquals(0.5, phases.getAsJsonObject(NAMES.get(1)).get("jaccard").getAsDouble());
    assertFalse(Files.exists(json.resolveSibling("metrics.json.part")));
  }

  @Test
  void frameSet_tellsSparseNumbersApart() {
    FrameSet set = new FrameSet();
    for (long frame : new long[] {0, 1, 4095, 4096, 1L << 40, (1L << 40) + 1}) {
      assertTrue(set.add(frame));
      assertFalse(set.add(frame));
    }
  }

  private void assertFault(String text, String message) throws IOException {
    Path file = file(text);
    DataException e = assertThrows(DataException.class, () -> Predictions.read(file, null));
    assertTrue(message(e).startsWith(file.toString()), message(e));
    assertTrue(message(e).contains(message), message(e));
    assertFalse(message(e).contains("\n"), message(e));
  }

  private static String message(Exception e) {
    return String.valueOf(e.getMessage());
  }

  private Path file(String text) throws IOException {
    Path file = temp.resolve("p.csv");
    Files.write(file, text.getBytes(StandardCharsets.UTF_8));
    return file;
  }
}
