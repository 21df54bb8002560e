package org.endossl.eval.report;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.endossl.tfrecords.DataException;

/** The curves of {@code metrics.csv}. */
final class TrainingLog {
  private static final String STEP = "step";

  private final Map<String, List<Double>> columns;

  private TrainingLog(Map<String, List<Double>> columns) {
    this.columns = columns;
  }

  /** Reads the file; a last line that is still being written is left out. */
  static TrainingLog read(Path file) throws IOException {
    String text = Files.readString(file, StandardCharsets.UTF_8);
    List<String> lines = text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
    List<String> names = lines.isEmpty() ? List.of() : Arrays.asList(lines.get(0).split(",", -1));
    if (!names.contains(STEP)) {
      throw new DataException(file + " line 1: no column step; wanted a log of endossl pretrain");
    }
    Map<String, List<Double>> columns = new LinkedHashMap<>();
    names.forEach(name -> columns.put(name, new ArrayList<>()));
    for (int i = 1; i < lines.size(); i++) {
      String[] values = lines.get(i).split(",", -1);
      if (values.length == names.size()) {
        for (int c = 0; c < values.length; c++) {
          List<Double> column = columns.getOrDefault(names.get(c), new ArrayList<>());
          column.add(number(values[c], file, i + 1));
        }
      } else {
        throw new DataException(
            file
                + " line "
                + (i + 1)
                + ": got "
                + values.length
                + " values, wanted "
                + names.size()
                + "; remove the line");
      }
    }
    return new TrainingLog(columns);
  }

  private static double number(String text, Path file, int line) throws DataException {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new DataException(
          file + " line " + line + ": got \"" + text + "\", wanted a number; remove the line", e);
    }
  }

  int steps() {
    return column(STEP).size();
  }

  double last(String name) {
    List<Double> column = column(name);
    return column.isEmpty() ? Double.NaN : column.get(column.size() - 1);
  }

  double mean(String name) {
    return column(name).stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
  }

  /** What is worth a picture, as far as it was logged. */
  List<ReportData.Curve> curves() {
    List<ReportData.Curve> curves = new ArrayList<>();
    if (steps() > 0) {
      add(curves, "Loss: cross-entropy and me-max", "nats", "msn", "me_max");
      add(curves, "Largest probability of a target, mean over the batch", "", "max_target");
      add(curves, "Prototypes in use in a batch", "", "prototypes");
      add(curves, "Norm of the encoder's gradient", "", "gradient_norm");
      add(curves, "Learning rate, thousandths", "", "learning_rate");
    }
    return curves;
  }

  /** The pace, as far as it was logged. */
  List<ReportData.Curve> paceCurves() {
    List<ReportData.Curve> curves = new ArrayList<>();
    if (steps() > 0) {
      add(curves, "Images per second", "", "images_per_second");
    }
    return curves;
  }

  private void add(List<ReportData.Curve> curves, String title, String unit, String... names) {
    List<ReportData.Series> series = new ArrayList<>();
    for (String name : names) {
      List<Double> values = column(name);
      if (!values.isEmpty() && values.stream().allMatch(Double::isFinite)) {
        String label = name.equals("msn") ? "cross-entropy" : name.replace('_', ' ');
        double scale = name.equals("learning_rate") ? 1000 : 1; // its ticks would be long numbers
        series.add(
            new ReportData.Series(
                label, column(STEP), values.stream().map(value -> scale * value).toList()));
      }
    }
    if (!series.isEmpty()) {
      curves.add(new ReportData.Curve(title, unit, false, series));
    }
  }

  private List<Double> column(String name) {
    return columns.getOrDefault(name, List.of());
  }
}
