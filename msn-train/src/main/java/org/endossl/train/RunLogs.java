package org.endossl.train;

import java.io.Closeable;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.endossl.train.board.EventFile;
import org.endossl.train.board.Picture;
import org.jspecify.annotations.Nullable;

/** What a run writes beside its checkpoints: two tables and TensorBoard's events. */
final class RunLogs implements Closeable {
  private final RunDirectory directory;
  private final MetricsCsv metrics;
  private final MetricsCsv timings;
  private final @Nullable EventFile events;

  private RunLogs(
      RunDirectory directory, MetricsCsv metrics, MetricsCsv timings, @Nullable EventFile events) {
    this.directory = directory;
    this.metrics = metrics;
    this.timings = timings;
    this.events = events;
  }

  /** Opens them for a step and later ones. */
  static RunLogs open(RunDirectory directory, boolean tensorBoard, long firstStep)
      throws IOException {
    MetricsCsv metrics = MetricsCsv.metrics(directory, firstStep);
    MetricsCsv timings = MetricsCsv.timings(directory, firstStep);
    return new RunLogs(
        directory,
        metrics,
        timings,
        tensorBoard ? EventFile.create(directory.tensorBoard(), firstStep) : null);
  }

  /** Writes a step. */
  void step(PretrainProgress p) throws IOException {
    metrics.metrics(p);
    timings.timings(p);
    EventFile file = events;
    if (file == null) {
      return;
    }
    MsnGraph.Measured m = p.measured();
    Map<String, Double> values = new LinkedHashMap<>();
    values.put("loss/total", (double) m.loss());
    values.put("loss/cross_entropy", (double) m.crossEntropy());
    values.put("loss/me_max", (double) m.meMax());
    values.put("loss/entropy", (double) m.entropy());
    values.put("collapse/mean_entropy", (double) m.meanEntropy());
    values.put("collapse/max_target", (double) m.maxTarget());
    values.put("collapse/prototypes", (double) m.prototypes());
    values.put("gradient/norm", (double) m.gradientNorm());
    values.put("schedule/learning_rate", p.scalars().learningRate());
    values.put("schedule/weight_decay", p.scalars().weightDecay());
    values.put("schedule/momentum", p.scalars().momentum());
    values.put("schedule/sharpening", p.scalars().sharpening());
    values.put("speed/images_per_second", p.imagesPerSecond());
    values.put("speed/input_wait", p.inputWait());
    try {
      file.scalars(p.step(), values);
    } catch (IOException e) {
      throw RunDirectory.explained(file.file(), e);
    }
  }

  /** Writes a picture of a step. */
  void picture(long step, String tag, Picture picture) throws IOException {
    EventFile file = events;
    if (file != null) {
      try {
        file.image(step, tag, picture);
      } catch (IOException e) {
        throw RunDirectory.explained(file.file(), e);
      }
    }
  }

  /** Makes sure that the tables hold on disk what a checkpoint will rely on. */
  void sync() throws IOException {
    metrics.sync();
  }

  /** The same logs from an earlier step on: what they hold of it and later steps is dropped. */
  RunLogs backTo(long step) throws IOException {
    boolean tensorBoard = events != null;
    close();
    return open(directory, tensorBoard, step);
  }

  @Override
  public void close() throws IOException {
    metrics.close();
    timings.close();
    if (events != null) {
      events.close();
    }
  }
}
