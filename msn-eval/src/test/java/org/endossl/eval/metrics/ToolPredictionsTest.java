package org.endossl.eval.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.endossl.eval.features.FrameTable;
import org.endossl.eval.probe.ToolProbe;
import org.endossl.tfrecords.DataException;
import org.endossl.tfrecords.Instruments;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ToolPredictionsTest {
  private static final String HEADER =
      Instruments.NAMES.stream()
          .map(name -> name + ",p_" + name)
          .collect(Collectors.joining(",", "video,frame,", "\n"));

  @TempDir Path temp;

  @Test
  void aWrittenFile_hasTheScoresOfItsLogits() throws IOException {
    Random random = new Random(4);
    List<FrameTable.Row> rows = new ArrayList<>();
    float[][] logits = new float[90][7];
    for (int i = 0; i < logits.length; i++) {
      rows.add(new FrameTable.Row(i < 50 ? "video02" : "video01", i, 0, random.nextInt(128)));
      for (int c = 0; c < 7; c++) {
        logits[i][c] = (float) random.nextGaussian();
      }
    }
    ToolProbe.Scored scored = ToolProbe.Scored.of(new FrameTable(rows), logits);
    Path file = temp.resolve("tools.csv");
    scored.write(file);
    assertTrue(ToolPredictions.isOne(file));
    ToolPredictions got = ToolPredictions.read(file, List.of("video01", "video02"), file, false);
    assertEquals(List.of("video01", "video02"), got.videos());
    assertEquals(90, got.rows());
    assertEquals(scored.scores().average(), got.scores().average());
    assertEquals(scored.scores().precision(), got.scores().precision(), 1e-12);
    assertEquals(scored.scores().precisionAtHalf(), got.scores().precisionAtHalf(), 1e-12);
    assertEquals(scored.scores().prAuc(), got.scores().prAuc(), 1e-3);
    assertTrue(got.toJson().toString().contains("\"map\""));
  }

  @Test
  void whatIsWrong_isOneErrorWithItsPlace() throws IOException {
    String good = row("video01", 0) + row("video01", 1) + row("video01", 2);
    assertFault(good + row("video01", 1), "line 5: video01 frame 1 is there twice", null);
    assertFault(
        good + row("video01", 3).replace(",0.25", ",NaN"), "line 5: p_Grasper \"NaN\"", null);
    assertFault(good + row("video01", 3).replace(",0.25", ",1.25"), "wanted a probability", null);
    assertFault(
        good.replaceFirst(",1,0.25", ",2,0.25"), "line 2: Grasper \"2\", wanted 0 or 1", null);
    assertFault(good + row("video02", 0), "missing videos [], not asked for [video02]", null);
    assertFault(row("video02", 0), "missing videos [video01], not asked for [video02]", null);
    assertFault("", "has no rows", null);
    assertFault(good + "video01,3\n", "line 5: 2 values, the header has 16", null);
    StringBuilder gap = new StringBuilder();
    for (int i = 0; i < 40; i++) {
      gap.append(i == 20 ? "" : row("video01", i));
    }
    assertFault(gap.toString(), "video01: frame 20 is missing", null);
    Path frames = Files.writeString(temp.resolve("f.csv"), "video,frame\nvideo01,0\nvideo01,3\n");
    assertFault(row("video01", 0), "video01: frame 3 is missing", frames);
    Path other = Files.writeString(temp.resolve("o.csv"), HEADER.replace(",p_Hook", ",p_Hok"));
    DataException e =
        assertThrows(
            DataException.class, () -> ToolPredictions.read(other, List.of(), null, false));
    assertTrue(String.valueOf(e.getMessage()).contains("no columns [p_Hook]"), e.getMessage());
    assertFalse(ToolPredictions.isOne(frames));
  }

  private void assertFault(String rows, String message, @Nullable Path frames) throws IOException {
    Path file = Files.writeString(temp.resolve("bad.csv"), HEADER + rows);
    DataException e =
        assertThrows(
            DataException.class,
            () -> ToolPredictions.read(file, List.of("video01"), frames, false));
    assertTrue(String.valueOf(e.getMessage()).contains(message), e.getMessage());
  }

  private static String row(String video, int frame) {
    return video + "," + frame + ",1,0.25".repeat(Instruments.COUNT) + "\n";
  }
}
