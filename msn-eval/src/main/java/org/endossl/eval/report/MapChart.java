package org.endossl.eval.report;

import java.awt.Color;
import java.util.ArrayList;
import java.util.List;
import org.endossl.tfrecords.PhaseOrder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.AxesChartStyler;

/** A scatter chart of frames, each marked by its phase's number on its phase's colour. */
final class MapChart {
  static final int WIDTH = 960;
  static final int HEIGHT = 640;

  private MapChart() {}

  /**
   * A chart and where its points are on it.
   *
   * @param svg empty if this Java cannot draw
   * @param x pixels from the left, one per frame
   * @param y pixels from the top
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Drawn(String svg, double[] x, double[] y) {}

  static Drawn draw(Insight.FrameMap map) {
    XYChart chart = new XYChartBuilder().width(WIDTH).height(HEIGHT).build();
    AxesChartStyler styler = chart.getStyler();
    styler.setChartBackgroundColor(Color.WHITE);
    styler.setChartTitleVisible(false);
    styler.setLegendVisible(false);
    styler.setAxisTicksVisible(false);
    styler.setAxisTitlesVisible(false);
    styler.setPlotGridLinesVisible(false);
    styler.setPlotBorderVisible(true);
    chart.getStyler().setPlotBorderColor(new Color(0xD0D7DE));
    chart.getStyler().setPlotMargin(0);
    chart.getStyler().setMarkerSize(PhaseMarker.SIZE);
    chart.getStyler().setDefaultSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter);
    for (int place = 0; place < Phases.names().size(); place++) {
      List<Double> x = new ArrayList<>();
      List<Double> y = new ArrayList<>();
      for (int i = 0; i < map.frames().size(); i++) {
        int phase = map.frames().rows().get(i).phase();
        if (Phases.place(phase, PhaseOrder.ENDOSSL) == place) {
          x.add(map.xy()[2 * i]);
          y.add(map.xy()[2 * i + 1]);
        }
      }
      if (!x.isEmpty()) {
        XYSeries series = chart.addSeries(Phases.label(place), x, y);
        series.setMarker(new PhaseMarker(place));
        series.setMarkerColor(Phases.color(place));
      }
    }
    String svg = Charts.svg(chart, "Map of the features", "map");
    double[] x = new double[map.frames().size()];
    double[] y = new double[x.length];
    for (int i = 0; i < x.length && !svg.isEmpty(); i++) {
      x[i] = chart.getScreenXFromChart(map.xy()[2 * i]);
      y[i] = chart.getScreenYFromChart(map.xy()[2 * i + 1]);
    }
    return new Drawn(svg, x, y);
  }
}
