import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Draws the figures of bench/memory.sh: java -cp ... bench/MemoryChart.java FIGURES.csv PICTURE.png HEAP */
public final class MemoryChart {
  private static final Marker[] MARKERS = {
    SeriesMarkers.CIRCLE, SeriesMarkers.SQUARE, SeriesMarkers.DIAMOND,
    SeriesMarkers.TRIANGLE_UP, SeriesMarkers.TRIANGLE_DOWN, SeriesMarkers.CROSS
  };
  private static final int[] COLORS = {0x0072b2, 0xd55e00, 0x009e73, 0xcc79a7, 0x56b4e9, 0x000000};

  public static void main(String[] arguments) throws IOException {
    Map<String, List<double[]>> rows = new LinkedHashMap<>();
    List<String> lines = Files.readAllLines(Path.of(arguments[0]));
    for (String line : lines.subList(1, lines.size())) {
      String[] cells = line.split(",");
      rows.computeIfAbsent(cells[0], name -> new ArrayList<>())
          .add(new double[] {Double.parseDouble(cells[1]), Double.parseDouble(cells[2])});
    }
    XYChart chart =
        new XYChartBuilder()
            .width(900)
            .height(520)
            .title("Peak resident memory of the whole process (Java's heap at most " + arguments[2] + ")")
            .xAxisTitle("records")
            .yAxisTitle("MiB")
            .build();
    chart.getStyler().setXAxisLogarithmic(true).setYAxisMin(0.0).setLegendPosition(Styler.LegendPosition.OutsideE);
    chart.getStyler().setChartBackgroundColor(Color.WHITE).setPlotBorderVisible(false);
    chart.getStyler().setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 13));
    chart.getStyler().setLegendFont(new Font(Font.SANS_SERIF, Font.PLAIN, 13));
    chart.getStyler().setXAxisDecimalPattern("#,##0");
    int i = 0;
    for (Map.Entry<String, List<double[]>> row : rows.entrySet()) {
      double[] x = row.getValue().stream().mapToDouble(point -> point[0]).toArray();
      double[] y = row.getValue().stream().mapToDouble(point -> point[1]).toArray();
      XYSeries series = chart.addSeries(row.getKey(), x, y);
      Color color = new Color(COLORS[i % COLORS.length]);
      series.setMarker(MARKERS[i % MARKERS.length]).setMarkerColor(color);
      series.setLineColor(color).setLineStyle(new BasicStroke(2));
      i++;
    }
    BitmapEncoder.saveBitmap(chart, arguments[1].replaceFirst("\\.png$", ""), BitmapEncoder.BitmapFormat.PNG);
  }
}
