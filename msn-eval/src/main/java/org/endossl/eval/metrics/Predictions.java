package org.endossl.eval.metrics;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.endossl.tfrecords.PhaseOrder;
import org.jspecify.annotations.Nullable;

/**
 * The predicted phases of whole videos, frames in order; what ribbons, transitions and every metric
 * need. Files too large for this are scored by {@link Metrics#run}, which keeps counts only.
 *
 * @param order the order of the phase numbers
 * @param videos sorted by name
 */
public record Predictions(PhaseOrder order, List<Video> videos) {
  public Predictions {
    videos = List.copyOf(videos);
  }

  /**
   * One video's frames; the arrays have equal lengths and are sorted by frame.
   *
   * @param name such as {@code video49}
   * @param frames frame numbers
   * @param labels true phases
   * @param predictions predicted phases
   * @param probabilities [frames * phases] of the order's phases; empty if none are stated
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Video(
      String name, long[] frames, int[] labels, int[] predictions, float[] probabilities) {
    /** The probability stated for a phase of the i-th frame. */
    public double probability(int i, int phase) {
      return probabilities[i * (probabilities.length / frames.length) + phase];
    }

    /** Number of frames. */
    public int size() {
      return frames.length;
    }
  }

  /** Reads a file; see {@link PredictionsCsv#read}. */
  public static Predictions read(Path file, @Nullable PhaseOrder order) throws IOException {
    Builder builder = new Builder();
    PredictionsCsv.Contents contents = PredictionsCsv.read(file, order, builder);
    return builder.build(contents.order());
  }

  /** Writes a file with phases as names; rows sorted by video and frame. */
  public void write(Path file) throws IOException {
    boolean probabilities = videos.stream().anyMatch(v -> v.probabilities().length > 0);
    PredictionsCsv.write(file, order, probabilities, this::forEach);
  }

  /** Hands every row to the sink, sorted by video and frame. */
  public void forEach(PredictionsCsv.Sink sink) {
    for (Video video : videos) {
      for (int i = 0; i < video.size(); i++) {
        sink.row(video.name(), video.frames()[i], video.labels()[i], video.predictions()[i]);
        if (video.probabilities().length > 0) {
          int n = video.probabilities().length / video.size();
          sink.probabilities(Arrays.copyOfRange(video.probabilities(), i * n, (i + 1) * n));
        }
      }
    }
  }

  /** Number of frames of all videos. */
  public long size() {
    return videos.stream().mapToLong(Video::size).sum();
  }

  /** One confusion matrix per video. */
  public SortedMap<String, Confusion> confusions() {
    SortedMap<String, Confusion> matrices = new TreeMap<>();
    int classes = order.names().size();
    forEach(
        (video, frame, label, prediction) ->
            matrices.computeIfAbsent(video, v -> new Confusion(classes)).add(label, prediction));
    return matrices;
  }

  /** Collects rows in any order, all with probabilities or all without. */
  public static final class Builder implements PredictionsCsv.Sink {
    private final Map<String, Columns> columns = new TreeMap<>();
    private Columns last = new Columns();

    /** Adds a frame. */
    public void add(String video, long frame, int label, int prediction) {
      last = columns.computeIfAbsent(video, v -> new Columns());
      last.add(frame, label, prediction);
    }

    /** Adds a frame with the probability of every phase. */
    public void add(String video, long frame, int label, int prediction, float[] probabilities) {
      add(video, frame, label, prediction);
      probabilities(probabilities);
    }

    @Override
    public void row(String video, long frame, int label, int prediction) {
      add(video, frame, label, prediction);
    }

    @Override
    public void probabilities(float[] p) {
      last.probabilities(p);
    }

    /** The rows so far, sorted. */
    public Predictions build(PhaseOrder order) {
      List<Video> videos = new ArrayList<>();
      columns.forEach((name, c) -> videos.add(c.video(name)));
      return new Predictions(order, videos);
    }
  }

  private static final class Columns {
    private long[] frames = new long[1024];
    private int[] labels = new int[1024];
    private int[] predictions = new int[1024];
    private float[] probabilities = new float[0];
    private int classes;
    private int size;
    private boolean sorted = true;

    void add(long frame, int label, int prediction) {
      if (size == frames.length) {
        frames = Arrays.copyOf(frames, size * 2);
        labels = Arrays.copyOf(labels, size * 2);
        predictions = Arrays.copyOf(predictions, size * 2);
      }
      sorted &= size == 0 || frames[size - 1] < frame;
      frames[size] = frame;
      labels[size] = label;
      predictions[size++] = prediction;
    }

    void probabilities(float[] p) {
      classes = p.length;
      if (probabilities.length < size * classes) {
        probabilities = Arrays.copyOf(probabilities, frames.length * classes);
      }
      System.arraycopy(p, 0, probabilities, (size - 1) * classes, classes);
    }

    Video video(String name) {
      if (sorted) {
        return new Video(
            name,
            Arrays.copyOf(frames, size),
            Arrays.copyOf(labels, size),
            Arrays.copyOf(predictions, size),
            Arrays.copyOf(probabilities, size * classes));
      }
      Integer[] rank = new Integer[size];
      Arrays.setAll(rank, i -> i);
      Arrays.sort(rank, Comparator.comparingLong(i -> frames[i]));
      float[] moved = new float[size * classes];
      for (int i = 0; i < size; i++) {
        System.arraycopy(probabilities, rank[i] * classes, moved, i * classes, classes);
      }
      return new Video(
          name,
          Arrays.stream(rank).mapToLong(i -> frames[i]).toArray(),
          Arrays.stream(rank).mapToInt(i -> labels[i]).toArray(),
          Arrays.stream(rank).mapToInt(i -> predictions[i]).toArray(),
          moved);
    }
  }
}
