package org.endossl.eval.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.endossl.eval.metrics.EndosslMetrics;
import org.endossl.eval.metrics.Predictions;
import org.endossl.tfrecords.PhaseOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HtmlReportTest {
  static final Predictions PREDICTIONS = predictions(5);

  @TempDir Path directory;

  @Test
  void page_needsNothingFromOutside() throws Exception {
    Path file = directory.resolve("report.html");
    HtmlReport.write(file, data("A run"));
    String html = Files.readString(file);
    Pattern source =
        Pattern.compile("(?:src|href)\\s*=\\s*\"(?!data:|#)|url\\((?!#|data:)|@import");
    assertFalse(source.matcher(html).find());
    assertTrue(html.contains("url(data:image/jpeg;base64,"), "small frames");
    assertTrue(html.contains("src=\"data:image/jpeg;base64,"), "large frames");
  }

  @Test
  void text_isEscapedEverywhere() throws Exception {
    String html = HtmlReport.render(data("<b>&\"'</b><script>alert(1)</script>"));
    assertFalse(html.contains("<b>&"));
    assertFalse(html.contains("<script>alert"));
    assertTrue(html.contains("&lt;b&gt;&amp;&quot;&#39;&lt;/b&gt;"));
  }

  @Test
  void wrongMarks_countTheFramesThatTheMetricsCount() throws Exception {
    String html = HtmlReport.render(data("A run"));
    Matcher wrong = Pattern.compile("class=\"wrong\" x=\"\\d+\" width=\"(\\d+)\"").matcher(html);
    long frames = 0;
    while (wrong.find()) {
      frames += Long.parseLong(wrong.group(1));
    }
    double accuracy = EndosslMetrics.of(PREDICTIONS.confusions()).frameAcc();
    assertEquals(accuracy, 100 - 100.0 * frames / PREDICTIONS.size(), 0.005);
  }

  @Test
  void scores_areThoseOfTheMetrics() throws Exception {
    String html = HtmlReport.render(data("A run"));
    double f1 = EndosslMetrics.of(PREDICTIONS.confusions()).videoF1();
    assertTrue(html.contains("<td data-score=\"video_f1\">" + Tables.two(f1) + "<small>"));
  }

  @Test
  void thinning_keepsTheMean() {
    List<Double> steps = new ArrayList<>();
    List<Double> values = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      steps.add((double) i);
      values.add(Math.sin(i));
    }
    ReportData.Series thin = Charts.thinned(new ReportData.Series("loss", steps, values), 100);
    assertEquals(100, thin.values().size());
    assertEquals(999.0, thin.steps().get(99));
    double before = values.stream().mapToDouble(Double::doubleValue).sum() / 1000;
    double after = thin.values().stream().mapToDouble(Double::doubleValue).sum() / 100;
    assertEquals(before, after, 1e-12);
  }

  @Test
  void transitions_areSortedByHowFarOffTheyAre() {
    Predictions.Builder rows = new Predictions.Builder();
    int[] labels = {0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3};
    int[] predicted = {0, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2};
    for (int i = 0; i < labels.length; i++) {
      rows.add("v", i, labels[i], predicted[i]);
    }
    List<Transitions.Transition> worst = Transitions.worst(rows.build(PhaseOrder.TMRNET));
    assertEquals(List.of(-2, 2, 1), worst.stream().map(Transitions.Transition::off).toList());
    assertEquals(List.of(true, false, true), worst.stream().map(t -> t.found()).toList());
  }

  @Test
  void nothing_isMissingWithoutAWord() {
    ReportData bare =
        new ReportData(
            "A run",
            "",
            List.of(),
            List.of(),
            List.of(),
            ReportData.Others.NONE,
            List.of(new ReportData.Evaluation("a", "", PREDICTIONS)),
            List.of(),
            Insight.none("No frames & how to give them"),
            "",
            List.of());
    String html = HtmlReport.render(bare);
    String missing = "<p class=\"missing\"><b>Not shown. </b>";
    assertEquals(4, html.split(missing, -1).length - 1, "attention, map, prototypes, calibration");
    assertTrue(html.contains(missing + "No frames &amp; how to give them.</p>"));
    assertEquals(List.of("No frames & how to give them"), bare.insight().missing());
  }

  @Test
  void attention_isBrightestWhereItIsLargest() {
    BufferedImage grey = new BufferedImage(40, 20, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = grey.createGraphics();
    graphics.setColor(new Color(200, 200, 200));
    graphics.fillRect(0, 0, 40, 20);
    graphics.dispose();
    BufferedImage shown = Pictures.overlay(grey, new double[] {0.1, 0.4, 0, 0.2}, 2);
    assertEquals(200, shown.getRGB(30, 5) & 255);
    assertEquals(60, shown.getRGB(10, 15) & 255);
    assertEquals(130, shown.getRGB(30, 15) & 255);
    assertEquals(255, shown.getRGB(20, 5) & 255, "the line around the half");
  }

  static ReportData data(String title) throws IOException {
    return new ReportData(
        title,
        title,
        List.of(new ReportData.Fact(title, title)),
        List.of(
            new ReportData.Curve(
                title,
                "nats",
                false,
                List.of(new ReportData.Series("loss", List.of(0.0, 1.0), List.of(2.0, 1.0))))),
        List.of(),
        ReportData.Others.NONE,
        List.of(
            new ReportData.Evaluation(title, title, PREDICTIONS),
            new ReportData.Evaluation("random", "", predictions(6))),
        List.of(new ReportData.Fact(title, title)),
        Insights.of(PREDICTIONS, title),
        title,
        List.of(new ReportData.Fact("java", "17")));
  }

  private static Predictions predictions(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Predictions.Builder builder = new Predictions.Builder();
    for (String video : List.of("video07", "video08")) {
      for (int frame = 0; frame < 70; frame++) {
        int label = PhaseOrder.TMRNET.convert(frame / 10, PhaseOrder.ENDOSSL);
        int prediction = random.nextInt(3) > 0 ? label : random.nextInt(7);
        builder.add(video, frame, label, prediction);
      }
    }
    return builder.build(PhaseOrder.ENDOSSL);
  }
}
