package org.endossl.eval.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.endossl.eval.ProgressListener;
import org.endossl.eval.metrics.Bootstrap;
import org.endossl.eval.metrics.ToolCurve;
import org.endossl.eval.metrics.ToolPredictions;
import org.endossl.tfrecords.DataException;
import org.endossl.tfrecords.Instruments;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tools, images and few labels in a report. */
class OtherSectionsTest {
  @TempDir Path directory;

  @Test
  void tools_haveTheirAveragePrecision_withIntervals_andCurves() throws IOException {
    Path csv = tools();
    Files.writeString(directory.resolve("tool-scores.json"), "{\"name\": \"my network\"}");
    ToolPredictions read = ToolPredictions.read(csv, List.of(), null, true);
    String html = report();
    assertTrue(html.contains("Tools: my network"), "heading");
    for (int c = 0; c < Instruments.COUNT; c++) {
      ToolCurve curve = ToolCurve.of(read, c, Bootstrap.DEFAULT);
      double average = read.scores().average().perClass().get(c);
      assertEquals(average, curve.averagePrecision(), 0.006);
      assertTrue(
          curve.there() == 0
              || (curve.interval().low() <= average && average <= curve.interval().high()),
          curve.toString());
      assertTrue(
          html.contains(
              "data-tool=\""
                  + Instruments.NAMES.get(c)
                  + "\">"
                  + (curve.there() == 0 ? "–" : Tables.two(curve.averagePrecision()))),
          Instruments.NAMES.get(c));
    }
    assertEquals(
        6, html.split("recall, percent</th>", -1).length - 1, "a chart per tool that is there");
  }

  @Test
  void images_haveTheirConfusion_andManyClassesTheirMistakes() throws IOException {
    Path file = directory.resolve("image-scores.json");
    String json =
        """
        {"name": "n", "protocol": "p", "classes": [%s], "lambda": 0.25, "test_images": %d,
         "accuracy": 50.0, "accuracy_interval": [20.0, 80.0], "balanced_accuracy": 50.0,
         "macro_f1": 40.0, "confusion": [%s]}
        """;
    Files.writeString(file, json.formatted("\"a\", \"b\"", 6, "[2, 1], [0, 3]"));
    String html = report();
    assertTrue(html.contains("95 % interval over images 20.00 to 80.00"));
    assertTrue(html.contains("Confusion of the classes") && html.contains(">67 %<"), "shares");
    assertTrue(html.contains("<dt>protocol</dt><dd>p</dd>") && !html.contains("Other scores"));
    int n = 21;
    StringBuilder classes = new StringBuilder();
    StringBuilder rows = new StringBuilder();
    for (int c = 0; c < n; c++) {
      int other = c;
      classes.append(c == 0 ? "" : ",").append("\"k").append(c).append('"');
      rows.append(c == 0 ? "[" : ",[");
      rows.append(
          IntStream.range(0, n)
              .mapToObj(k -> k == 3 && other == 1 ? "4" : "0")
              .collect(Collectors.joining(",")));
      rows.append(']');
    }
    Files.writeString(file, json.formatted(classes, 4, rows));
    String many = report();
    assertTrue(many.contains("Mistaken most") && many.contains("<td>k3</td><td>4</td>"), "pairs");
    assertFalse(many.contains("Confusion of the classes"));
  }

  @Test
  void fewLabels_haveASentence_andATableByFraction() throws IOException {
    Files.writeString(
        directory.resolve("lowshot.json"),
        """
        {"name": "n", "points": [
          {"kind": "percent", "amount": 12.5, "video_f1": 40.0, "deviation": 2.0, "frame_acc": 50.0,
           "draws": [{"videoF1": 38.5, "frames": 10}, {"videoF1": 41.5, "frames": 12}]},
          {"kind": "percent", "amount": 100.0, "video_f1": 60.0, "deviation": null,
           "frame_acc": 70.0, "draws": [{"videoF1": 60.0, "frames": 80}]}],
         "half_of_the_labels": {"sentence": "Do half of the labels reach all? No."}}
        """);
    String html = report();
    assertTrue(html.contains("Do half of the labels reach all? No."));
    assertTrue(html.contains("12.5 %</th><td>11</td><td>2</td><td>40.00</td><td>2.00</td>"), html);
    assertTrue(html.contains("38.50 to 41.50") && html.contains("<td>12.5</td>"));
  }

  @Test
  void eightPhases_areRefusedInOneLine() throws IOException {
    Files.writeString(directory.resolve("scores.json"), "{}");
    Files.writeString(
        directory.resolve("predictions-test.csv"),
        "# phase_order: m2cai\nvideo,frame,label,prediction\nvideo01,0,0,1\nvideo01,1,1,1\n");
    DataException e = assertThrows(DataException.class, this::report);
    assertTrue(String.valueOf(e.getMessage()).contains("endossl metrics"), e.getMessage());
  }

  private String report() throws IOException {
    return Files.readString(
        Report.run(new ReportRequest(directory, null), ProgressListener.NONE).file());
  }

  /** Three videos; the last instrument is never there. */
  private Path tools() throws IOException {
    Random random = new Random(2);
    StringBuilder csv = new StringBuilder("video,frame");
    Instruments.NAMES.forEach(name -> csv.append(',').append(name).append(",p_").append(name));
    for (int v = 1; v <= 3; v++) {
      for (int f = 0; f < 60; f++) {
        csv.append("\nvideo0").append(v).append(',').append(f);
        for (int c = 0; c < Instruments.COUNT; c++) {
          boolean there = c < Instruments.COUNT - 1 && random.nextInt(4) == 0;
          double p =
              Math.round(100 * Math.min(0.99, random.nextDouble() * (there ? 2 : 1))) / 100.0;
          csv.append(',').append(there ? 1 : 0).append(',').append(p);
        }
      }
    }
    return Files.writeString(directory.resolve("tool-probabilities-test.csv"), csv + "\n");
  }
}
