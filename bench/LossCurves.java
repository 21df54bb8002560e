import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Draws a column of the metrics.csv of several runs and tells how far each is from the first.
 *
 * <p>java -cp "$(cat target/run/classpath.cpu)" bench/LossCurves.java PICTURE.png COLUMN NAME=RUN...
 */
public final class LossCurves {
  public static void main(String[] arguments) throws IOException {
    String column = arguments[1];
    XYChart chart =
        new XYChartBuilder().width(900).height(480).xAxisTitle("step").yAxisTitle(column).build();
    chart.getStyler().setLegendPosition(Styler.LegendPosition.InsideNE);
    chart.getStyler().setChartBackgroundColor(java.awt.Color.WHITE);
    double[] first = {};
    for (int i = 2; i < arguments.length; i++) {
      String[] run = arguments[i].split("=", 2);
      double[] values = column(Path.of(run[1], "metrics.csv"), column);
      double[] steps = new double[values.length];
      for (int s = 0; s < steps.length; s++) {
        steps[s] = s;
      }
      chart.addSeries(run[0], steps, values).setMarker(SeriesMarkers.NONE);
      if (i == 2) {
        first = values;
      } else {
        tell(arguments[2].split("=", 2)[0], run[0], first, values);
      }
    }
    BitmapEncoder.saveBitmap(chart, arguments[0].replaceFirst("\\.png$", ""), BitmapEncoder.BitmapFormat.PNG);
  }

  private static void tell(String one, String other, double[] a, double[] b) {
    if (a.length != b.length) {
      throw new IllegalArgumentException(other + ": got " + b.length + " steps, wanted " + a.length);
    }
    int worst = 0;
    for (int i = 0; i < a.length; i++) {
      if (Math.abs(a[i] - b[i]) > Math.abs(a[worst] - b[worst])) {
        worst = i;
      }
    }
    System.out.printf(
        Locale.ROOT,
        "%s and %s: %d steps; first %.6f and %.6f, last %.6f and %.6f; largest difference %.2g at step %d%n",
        one,
        other,
        a.length,
        a[0],
        b[0],
        a[a.length - 1],
        b[b.length - 1],
        Math.abs(a[worst] - b[worst]),
        worst);
  }

  private static double[] column(Path file, String column) throws IOException {
    List<String> lines = Files.readAllLines(file);
    int at = List.of(lines.get(0).split(",")).indexOf(column);
    if (at < 0) {
      throw new IllegalArgumentException(file + ": got columns " + lines.get(0) + ", wanted " + column);
    }
    List<Double> values = new ArrayList<>();
    for (String line : lines.subList(1, lines.size())) {
      values.add(Double.valueOf(line.split(",")[at]));
    }
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }
}
