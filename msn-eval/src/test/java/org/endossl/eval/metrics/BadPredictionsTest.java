package org.endossl.eval.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.endossl.tfrecords.DataException;
import org.endossl.tfrecords.PhaseOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is wrong with predictions beyond their lines, and what is said about it. */
class BadPredictionsTest {
  private static final String HEADER = "video,frame,label,prediction";

  @TempDir Path temp;

  @Test
  void aFrameMissingInTheMiddle_isNamed_unlessGapsAreAllowed() throws IOException {
    StringBuilder rows = new StringBuilder(HEADER + "\n");
    for (int i = 0; i < 40; i++) {
      rows.append(i == 17 || i == 18 ? "" : "video49," + 25 * i + ",1,1\n");
    }
    Path file = file("p.csv", rows.toString());
    assertFault(
        MetricsRequest.of(file),
        "video49: frame 425 is missing (frames are numbered in steps of 25)");
    MetricsOptions gaps = new MetricsOptions(0, 15, true, Bootstrap.DEFAULT);
    MetricsRequest request = new MetricsRequest(file, null, List.of(), null, null, gaps, null);
    assertEquals(38, Metrics.run(request).result().pooled().total());
  }

  @Test
  void numbersWithoutAStep_onlyOrderTheFrames() throws IOException {
    StringBuilder rows = new StringBuilder(HEADER + "\n");
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < 60; i++) {
      rows.append(random.nextInt(3) == 0 ? "video49," : "video50,").append(i).append(",1,1\n");
    }
    MetricsResult result = Metrics.run(MetricsRequest.of(file("p.csv", rows.toString()))).result();
    assertEquals(List.of("video49", "video50"), result.irregular());
  }

  @Test
  void framesOfAList_mustBeThereAndNoOthers() throws IOException {
    Path list = file("f.csv", "frame,video,more\n0,video49,x\n1,video49,x\n2,video49,x\n");
    assertFault(of("video49,0,1,1\nvideo49,2,1,1\n", list), "video49: frame 1 is missing; got 2");
    assertFault(
        of("video49,0,1,1\nvideo49,1,1,1\nvideo49,2,1,1\nvideo49,3,1,1\n", list),
        "video49: frame 3 is not in");
    assertFault(of("video48,0,1,1\n", list), "missing videos [video49], not in");
    Path all = file("all.csv", HEADER + "\nvideo49,2,1,1\nvideo49,1,1,1\nvideo49,0,1,1\n");
    MetricsRequest request =
        new MetricsRequest(all, null, List.of(), list, null, MetricsOptions.DEFAULT, null);
    assertEquals(3, Metrics.run(request).result().pooled().total());
  }

  @Test
  void probabilities_areOnePerPhase_between0And1_andAddUpTo1() throws IOException {
    List<String> names = PhaseOrder.ENDOSSL.names();
    String header = HEADER + ",p_" + String.join(",p_", names) + "\n";
    assertFault(of(header, "v,0,1,1,NaN,1,0,0,0,0,0\n"), "line 2: p_" + names.get(0) + " \"NaN\"");
    assertFault(of(header, "v,0,1,1,0.1,,0,0,0,0,0\n"), "line 2: p_" + names.get(1) + " \"\"");
    assertFault(of(header, "v,0,1,1,-0.1,1.1,0,0,0,0,0\n"), "wanted a probability from 0 to 1");
    assertFault(of(header, "v,0,1,1,0.1,0.1,0,0,0,0,0\n"), "the probabilities add up to 0.2");
    assertFault(
        of(HEADER + ",p_" + names.get(3) + "\n", "v,0,1,1,1\n"),
        "line 1: columns of probabilities for 1 of 7 phases");
    MetricsResult result =
        Metrics.run(of(header, "v,0,1,1,0.2,0.8,0,0,0,0,0\nv,1,1,0,0.9,0.1,0,0,0,0,0\n")).result();
    Calibration calibration = result.calibration();
    assertNotNull(calibration);
    assertEquals((0.2 + 0.9) / 2, calibration.error(), 1e-7);
    assertEquals(0.9, calibration.largest(), 1e-7);
  }

  @Test
  void probabilities_survivePredictionsFiles() throws IOException {
    Predictions.Builder rows = new Predictions.Builder();
    rows.add("video02", 1, 3, 2, new float[] {0, 0, 0.75f, 0.25f, 0, 0, 0});
    rows.add("video02", 0, 1, 1, new float[] {0.1f, 0.9f, 0, 0, 0, 0, 0});
    Path file = temp.resolve("p.csv");
    rows.build(PhaseOrder.ENDOSSL).write(file);
    Predictions.Video got = Predictions.read(file, null).videos().get(0);
    assertEquals(0.9, got.probability(0, 1), 1e-6);
    assertEquals(0.25, got.probability(1, 3), 1e-6);
  }

  @Test
  void comparison_wantsTheSameFramesAndLabels() throws IOException {
    String rows = "video49,0,1,1\nvideo49,1,1,2\nvideo50,0,1,1\n";
    Path first = file("a.csv", HEADER + "\n" + rows);
    assertFault(against(first, rows.replace("video50", "video51")), "different videos");
    assertFault(against(first, rows.replace("49,1,1,2", "49,2,1,2")), "video49: different frames");
    assertFault(
        against(first, rows.replace("49,1,1,2", "49,1,3,2")),
        "video49, 2. frame: different labels");
    Comparison same = Metrics.run(against(first, rows)).comparison();
    assertNotNull(same);
    for (Comparison.Line line : same.lines()) {
      assertEquals(line.first(), line.second(), line.key());
      assertTrue(line.test() == null || line.test().p() == 1, line.key());
    }
  }

  @Test
  void nothingIsWritten_whenSomethingIsWrong() throws IOException {
    Path json = temp.resolve("scores.json");
    Path file = file("p.csv", HEADER + "\nvideo49,0,1,1\nvideo49,0,1,1\n");
    assertFault(MetricsRequest.of(file, List.of(), json), "video49 frame 0 is there twice");
    assertFalse(Files.exists(json));
  }

  private MetricsRequest of(String rows, Path frames) throws IOException {
    Path file = file("p.csv", HEADER + "\n" + rows);
    return new MetricsRequest(file, null, List.of(), frames, null, MetricsOptions.DEFAULT, null);
  }

  private MetricsRequest of(String header, String rows) throws IOException {
    return MetricsRequest.of(file("p.csv", header + rows));
  }

  private MetricsRequest against(Path first, String rows) throws IOException {
    Path second = file("b.csv", HEADER + "\n" + rows);
    return new MetricsRequest(first, null, List.of(), null, second, MetricsOptions.DEFAULT, null);
  }

  private static void assertFault(MetricsRequest request, String message) {
    DataException e = assertThrows(DataException.class, () -> Metrics.run(request));
    assertTrue(String.valueOf(e.getMessage()).contains(message), e.getMessage());
  }

  private Path file(String name, String text) throws IOException {
    return Files.writeString(temp.resolve(name), text);
  }
}
