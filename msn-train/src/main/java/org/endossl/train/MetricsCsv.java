package org.endossl.train;

import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** {@code metrics.csv}: one row per step, flushed as it is written. */
final class MetricsCsv implements Closeable {
  static final String HEADER =
      "step,epoch,loss,msn,me_max,entropy,max_target,prototypes,gradient_norm,learning_rate,"
          + "weight_decay,momentum,sharpening,images_per_second";

  private final Path file;
  private final BufferedWriter out;

  private MetricsCsv(Path file, BufferedWriter out) {
    this.file = file;
    this.out = out;
  }

  /**
   * Opens the file for rows from {@code firstStep} on; rows of that and later steps, left by a run
   * that went on after its last checkpoint, are taken out.
   */
  static MetricsCsv open(Path file, long firstStep) throws IOException {
    List<String> kept = new ArrayList<>(List.of(HEADER));
    if (Files.exists(file)) {
      List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
      for (String line : lines.subList(Math.min(1, lines.size()), lines.size())) {
        int comma = line.indexOf(',');
        if (comma > 0 && Long.parseLong(line.substring(0, comma)) < firstStep) {
          kept.add(line);
        }
      }
    }
    RunDirectory.replace(file, String.join("\n", kept) + "\n");
    return new MetricsCsv(
        file, Files.newBufferedWriter(file, StandardCharsets.UTF_8, StandardOpenOption.APPEND));
  }

  void write(PretrainProgress p) throws IOException {
    MsnGraph.Measured m = p.measured();
    Schedules.Scalars s = p.scalars();
    String row =
        String.format(
            Locale.ROOT,
            "%d,%d,%.7g,%.7g,%.7g,%.7g,%.7g,%.0f,%.7g,%.10g,%.10g,%.10g,%.10g,%.3f\n",
            p.step(),
            p.epoch(),
            m.loss(),
            m.crossEntropy(),
            m.meMax(),
            m.entropy(),
            m.maxTarget(),
            m.prototypes(),
            m.gradientNorm(),
            s.learningRate(),
            s.weightDecay(),
            s.momentum(),
            s.sharpening(),
            p.imagesPerSecond());
    try {
      out.write(row);
      out.flush();
    } catch (IOException e) {
      throw RunDirectory.explained(file, e);
    }
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
