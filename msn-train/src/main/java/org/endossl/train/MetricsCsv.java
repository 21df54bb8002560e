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

/**
 * A row per step, flushed as it is written. {@code metrics.csv} holds what is the same in every run
 * of a configuration, {@code timings.csv} what is not.
 */
final class MetricsCsv implements Closeable {
  private static final String METRICS =
      "step,epoch,loss,msn,me_max,entropy,mean_entropy,max_target,prototypes,gradient_norm,"
          + "learning_rate,weight_decay,momentum,sharpening";
  private static final String TIMINGS = "step,images_per_second,input_wait";

  private final Path file;
  private final BufferedWriter out;

  private MetricsCsv(Path file, BufferedWriter out) {
    this.file = file;
    this.out = out;
  }

  /** The metrics of a run, for rows from {@code firstStep} on. */
  static MetricsCsv metrics(RunDirectory run, long firstStep) throws IOException {
    return open(run.metrics(), METRICS, firstStep);
  }

  /** The timings of a run, for rows from {@code firstStep} on. */
  static MetricsCsv timings(RunDirectory run, long firstStep) throws IOException {
    return open(run.timings(), TIMINGS, firstStep);
  }

  /**
   * Opens a file; rows of {@code firstStep} and later, left by a run that went on after its last
   * checkpoint, are taken out.
   */
  private static MetricsCsv open(Path file, String header, long firstStep) throws IOException {
    List<String> kept = new ArrayList<>(List.of(header));
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

  /** A row of metrics. */
  void metrics(PretrainProgress p) throws IOException {
    MsnGraph.Measured m = p.measured();
    Schedules.Scalars s = p.scalars();
    write(
        String.format(
            Locale.ROOT,
            "%d,%d,%.9g,%.9g,%.9g,%.9g,%.9g,%.9g,%.0f,%.9g,%.10g,%.10g,%.10g,%.10g\n",
            p.step(),
            p.epoch(),
            m.loss(),
            m.crossEntropy(),
            m.meMax(),
            m.entropy(),
            m.meanEntropy(),
            m.maxTarget(),
            m.prototypes(),
            m.gradientNorm(),
            s.learningRate(),
            s.weightDecay(),
            s.momentum(),
            s.sharpening()));
  }

  /** A row of timings. */
  void timings(PretrainProgress p) throws IOException {
    write(
        String.format(Locale.ROOT, "%d,%.3f,%.5f\n", p.step(), p.imagesPerSecond(), p.inputWait()));
  }

  private void write(String row) throws IOException {
    try {
      out.write(row);
      out.flush();
    } catch (IOException e) {
      throw RunDirectory.explained(file, e);
    }
  }

  /** Makes sure that the rows written so far have reached the disk. */
  void sync() throws IOException {
    RunDirectory.sync(file);
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
