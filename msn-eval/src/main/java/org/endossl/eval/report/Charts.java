package org.endossl.eval.report;

import java.awt.Color;
import java.awt.Font;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.VectorGraphicsEncoder.VectorGraphicsFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Training curves by XChart as inline SVG, each with its numbers in a table. */
final class Charts {
  private static final int POINTS = 400;
  private static final int ROWS = 10;
  private static final Pattern LONG_NUMBER = Pattern.compile("(-?\\d+)\\.(\\d)\\d*");
  private static final Pattern CLIP = Pattern.compile("clip\\d+");
  private static final Font FONT = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
  private static final Color[] COLORS = {new Color(0x0072B2), new Color(0xD55E00), Color.BLACK};

  private Charts() {}

  static void add(Html html, List<ReportData.Curve> curves) {
    html.open("div", "class", "charts");
    for (int i = 0; i < curves.size(); i++) {
      ReportData.Curve curve = curves.get(i);
      html.open("figure").element("figcaption", curve.title());
      String svg = svg(curve);
      if (svg.isEmpty()) {
        html.element("p", "No picture: this Java runtime finds no fonts to draw it with.");
      }
      html.raw(svg);
      table(html, curve, svg.isEmpty());
      html.close();
    }
    html.close();
  }

  /** Means over neighbouring points where there are more than a chart can show. */
  static ReportData.Series thinned(ReportData.Series series, int points) {
    int n = series.values().size();
    if (n <= points) {
      return series;
    }
    List<Double> steps = new ArrayList<>();
    List<Double> values = new ArrayList<>();
    for (int i = 0; i < points; i++) {
      int from = (int) ((long) i * n / points);
      int to = (int) ((i + 1L) * n / points);
      double sum = 0;
      for (double value : series.values().subList(from, to)) {
        sum += value;
      }
      steps.add(series.steps().get(to - 1));
      values.add(sum / (to - from));
    }
    return new ReportData.Series(series.name(), steps, values);
  }

  private static String svg(ReportData.Curve curve) {
    try {
      String key = Integer.toHexString((curve.title() + curve.axis()).hashCode());
      return svg(chart(curve), curve.title(), key);
    } catch (RuntimeException | LinkageError | InternalError e) {
      return "";
    }
  }

  /**
   * A chart as inline SVG; empty if nothing can be drawn here: a Java without fonts throws errors
   * of many kinds.
   *
   * @param title read out in the picture's place
   * @param key of the page's charts, each another
   */
  static String svg(XYChart chart, String title, String key) {
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      VectorGraphicsEncoder.saveVectorGraphic(chart, bytes, VectorGraphicsFormat.SVG);
      return inline(bytes.toString(StandardCharsets.UTF_8), title, key);
    } catch (IOException | RuntimeException | LinkageError | InternalError e) {
      return "";
    }
  }

  private static String inline(String document, String title, String key) {
    String svg = document.substring(document.indexOf("<svg"));
    svg = CLIP.matcher(svg).replaceAll("clip-" + key);
    svg = LONG_NUMBER.matcher(svg).replaceAll("$1.$2");
    String label = Matcher.quoteReplacement(Html.escape("Chart: " + title));
    return svg.replaceFirst("<svg ", "<svg role=\"img\" aria-label=\"" + label + "\" ");
  }

  private static XYChart chart(ReportData.Curve curve) {
    XYChart chart =
        new XYChartBuilder()
            .width(480)
            .height(280)
            .xAxisTitle(curve.axis())
            .yAxisTitle(curve.unit())
            .build();
    Styler styler = chart.getStyler();
    styler.setChartBackgroundColor(Color.WHITE);
    styler.setLegendPosition(Styler.LegendPosition.OutsideS);
    styler.setLegendLayout(Styler.LegendLayout.Horizontal);
    styler.setLegendBorderColor(Color.WHITE);
    styler.setLegendFont(FONT);
    styler.setLegendVisible(curve.series().size() > 1);
    styler.setChartTitleVisible(false);
    chart.getStyler().setPlotGridLinesColor(new Color(0xDDDDDD));
    chart.getStyler().setPlotBorderVisible(false);
    chart.getStyler().setAxisTickLabelsFont(FONT);
    chart.getStyler().setAxisTitleFont(FONT);
    chart.getStyler().setXAxisTickMarkSpacingHint(90);
    chart.getStyler().setXAxisMaxLabelCount(8);
    chart.getStyler().setXAxisDecimalPattern("0.##");
    chart.getStyler().setYAxisLogarithmic(curve.logarithmic());
    chart.getStyler().setYAxisDecimalPattern(largest(curve) < 0.01 ? "0.0E0" : "0.###");
    if (curve.percents()) {
      chart.getStyler().setXAxisMin(0.0).setXAxisMax(100.0);
      chart.getStyler().setYAxisMin(0.0).setYAxisMax(100.0);
    }
    for (int i = 0; i < curve.series().size(); i++) {
      ReportData.Series line = thinned(curve.series().get(i), POINTS);
      boolean bars = !line.deviations().isEmpty();
      XYSeries series =
          bars
              ? chart.addSeries(line.name(), line.steps(), line.values(), line.deviations())
              : chart.addSeries(line.name(), line.steps(), line.values());
      series.setMarker(bars ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE);
      series.setMarkerColor(COLORS[i % COLORS.length]);
      series.setLineColor(COLORS[i % COLORS.length]);
      series.setLineStyle(i == 0 ? SeriesLines.SOLID : SeriesLines.DASH_DASH);
    }
    return chart;
  }

  private static double largest(ReportData.Curve curve) {
    double largest = 0;
    for (ReportData.Series series : curve.series()) {
      for (double value : series.values()) {
        largest = Math.max(largest, Math.abs(value));
      }
    }
    return largest;
  }

  /** A whole number, or 12.5. */
  private static String step(double step) {
    return String.format(Locale.ROOT, step == Math.rint(step) ? "%.0f" : "%.1f", step);
  }

  private static void table(Html html, ReportData.Curve curve, boolean shown) {
    if (shown) {
      html.open("details", "open", "");
    } else {
      html.open("details");
    }
    html.element("summary", "Numbers");
    html.open("table").open("thead").open("tr").element("th", curve.axis(), "scope", "col");
    List<ReportData.Series> lines = new ArrayList<>();
    for (ReportData.Series series : curve.series()) {
      html.element("th", series.name(), "scope", "col");
      lines.add(thinned(series, ROWS));
    }
    html.close().close().open("tbody");
    for (int row = 0; row < lines.get(0).steps().size(); row++) {
      html.open("tr");
      html.element("td", step(lines.get(0).steps().get(row)));
      for (ReportData.Series line : lines) {
        html.element("td", String.format(Locale.ROOT, "%.4g", line.values().get(row)));
      }
      html.close();
    }
    html.close().close().close();
  }
}
