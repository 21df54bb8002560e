package org.endossl.eval.metrics;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.endossl.eval.AtomicFiles;
import org.endossl.tfrecords.DataException;
import org.jspecify.annotations.Nullable;

/** Scores files of predictions; memory grows by about a byte a row. */
public final class Metrics {
  private Metrics() {}

  /**
   * What was scored.
   *
   * @param result the scores
   * @param comparison with the other predictions; null if there are none
   */
  public record Outcome(MetricsResult result, @Nullable Comparison comparison) {}

  /**
   * Reads the predictions once and scores them.
   *
   * @throws DataException if the file cannot be scored; the message names the line, or the video
   *     and frame
   */
  public static Outcome run(MetricsRequest request) throws IOException {
    MetricsResult result = read(request.predictions(), request);
    Comparison comparison = null;
    JsonObject json = result.toJson();
    if (request.against() != null) {
      comparison = Comparison.of(result, read(request.against(), request));
      json.add("comparison", comparison.toJson());
      json.addProperty("against", request.against().toString());
    }
    if (request.json() != null) {
      AtomicFiles.writeText(request.json(), MetricsJson.text(json));
    }
    return new Outcome(result, comparison);
  }

  private static MetricsResult read(Path file, MetricsRequest request) throws IOException {
    Collector collector = new Collector(request.options().bins());
    PredictionsCsv.Contents contents = PredictionsCsv.read(file, request.phaseOrder(), collector);
    List<Track> tracks = collector.tracks();
    if (!request.videos().isEmpty()) {
      checkVideos(file, request.videos(), collector.builders);
    }
    if (request.frames() != null) {
      FrameList.check(file, contents.frames(), request.frames());
    } else if (!request.options().gaps()) {
      checkGaps(file, tracks);
    }
    return new MetricsResult(contents.order(), request.options(), tracks, collector.calibration());
  }

  private static void checkVideos(Path file, List<String> wanted, Map<String, ?> found)
      throws DataException {
    List<String> missing = wanted.stream().filter(v -> !found.containsKey(v)).toList();
    List<String> unknown = found.keySet().stream().filter(v -> !wanted.contains(v)).toList();
    if (!missing.isEmpty() || !unknown.isEmpty()) {
      throw new DataException(file + ": missing videos " + missing + ", not asked for " + unknown);
    }
  }

  private static void checkGaps(Path file, List<Track> tracks) throws DataException {
    for (Track track : tracks) {
      String gap = track.steps().gap();
      if (gap != null) {
        throw new DataException(
            file
                + ": "
                + track.name()
                + ": "
                + gap
                + "; predict every frame, or allow gaps (--gaps) if they are meant");
      }
    }
  }

  /** Rows by video, and the calibration of those that state probabilities. */
  private static final class Collector implements PredictionsCsv.Sink {
    final Map<String, TrackBuilder> builders = new TreeMap<>();
    private final Calibration.Counter counter;
    private boolean stated;
    private String lastVideo = "";
    private @Nullable TrackBuilder last;
    private int label;
    private int prediction;

    Collector(int bins) {
      counter = new Calibration.Counter(bins);
    }

    @Override
    public void row(String video, long frame, int trueClass, int predicted) {
      TrackBuilder builder = last;
      if (builder == null || !lastVideo.equals(video)) {
        builder = builders.computeIfAbsent(video, v -> new TrackBuilder());
        last = builder;
        lastVideo = video;
      }
      builder.add(frame, trueClass, predicted);
      label = trueClass;
      prediction = predicted;
    }

    @Override
    public void probabilities(float[] p) {
      stated = true;
      counter.add(p[prediction], prediction == label);
    }

    List<Track> tracks() {
      return builders.entrySet().stream().map(e -> e.getValue().build(e.getKey())).toList();
    }

    @Nullable Calibration calibration() {
      return stated ? counter.result() : null;
    }
  }
}
