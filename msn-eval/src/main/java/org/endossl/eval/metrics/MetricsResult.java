package org.endossl.eval.metrics;

import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.endossl.tfrecords.PhaseOrder;
import org.jspecify.annotations.Nullable;

/** Scores of one set of predictions under every convention. */
public final class MetricsResult {
  private final PhaseOrder order;
  private final MetricsOptions options;
  private final List<Track> tracks;
  private final @Nullable Calibration calibration;
  private final SortedMap<String, Confusion> confusions;
  private final List<Score> scores;

  MetricsResult(
      PhaseOrder order,
      MetricsOptions options,
      List<Track> tracks,
      @Nullable Calibration calibration) {
    this.order = order;
    this.options = options;
    this.tracks = List.copyOf(tracks);
    this.calibration = calibration;
    SortedMap<String, Confusion> matrices = new TreeMap<>();
    this.tracks.forEach(t -> matrices.put(t.name(), t.confusion(order.names().size())));
    this.confusions = Collections.unmodifiableSortedMap(matrices);
    EndosslMetrics.pool(matrices); // refuses what cannot be scored
    this.scores =
        List.copyOf(
            Scores.of(
                this.tracks,
                this.tracks.stream().map(t -> matrix(t.name())).toList(),
                order,
                options.window()));
  }

  private Confusion matrix(String video) {
    Confusion confusion = confusions.get(video);
    if (confusion == null) {
      throw new IllegalStateException(video);
    }
    return confusion;
  }

  /** Scores predictions in memory, without relaxed scores. */
  public static MetricsResult of(Predictions predictions) {
    return of(predictions, MetricsOptions.DEFAULT);
  }

  /** Scores predictions in memory. */
  public static MetricsResult of(Predictions predictions, MetricsOptions options) {
    Calibration.Counter counter = new Calibration.Counter(options.bins());
    boolean stated = false;
    for (Predictions.Video video : predictions.videos()) {
      for (int i = 0; i < video.size() && video.probabilities().length > 0; i++) {
        int predicted = video.predictions()[i];
        counter.add(video.probability(i, predicted), predicted == video.labels()[i]);
        stated = true;
      }
    }
    return new MetricsResult(
        predictions.order(),
        options,
        predictions.videos().stream().map(Track::of).toList(),
        stated ? counter.result() : null);
  }

  /** The order of the phases in matrices and lists. */
  public PhaseOrder order() {
    return order;
  }

  /** What was asked for. */
  public MetricsOptions options() {
    return options;
  }

  /** The videos' frames, sorted by name. */
  public List<Track> tracks() {
    return tracks;
  }

  /** One matrix per video. */
  public SortedMap<String, Confusion> confusions() {
    return confusions;
  }

  /** All scores of all conventions, unrounded. */
  public List<Score> scores() {
    return scores;
  }

  /** endossl's video scores. */
  public EndosslMetrics endossl() {
    return EndosslMetrics.of(confusions);
  }

  /** endossl's frame scores. */
  public EndosslMetrics.Frame endosslFrame() {
    return EndosslMetrics.Frame.of(confusions);
  }

  /** Scores per phase, frames pooled. */
  public List<PhaseScores.Phase> framePhases() {
    return PhaseScores.ofFrames(order.names(), confusions);
  }

  /** Scores per phase, means over videos. */
  public List<PhaseScores.Phase> videoPhases() {
    return PhaseScores.ofVideos(order.names(), confusions);
  }

  /** Every video by one of TMRNet's variants. */
  public List<Relaxed> relaxed(Relaxed.Variant variant) {
    return tracks.stream()
        .map(t -> Relaxed.of(t, order, variant, Math.max(1, options.window())))
        .toList();
  }

  /** Of the stated probabilities; null if the predictions have none. */
  public @Nullable Calibration calibration() {
    return calibration;
  }

  /** The interval of one of {@link #scores}. */
  public Bootstrap.Interval interval(Score score) {
    return options.bootstrap().of(score.videos(), score.of());
  }

  /** All videos' frames in one matrix. */
  public Confusion pooled() {
    return EndosslMetrics.pool(confusions);
  }

  /** Videos whose numbers only order their frames. */
  public List<String> irregular() {
    List<String> names = new ArrayList<>();
    for (Track track : tracks) {
      if (!track.steps().regular()) {
        names.add(track.name());
      }
    }
    return names;
  }

  /** One object per convention, and what they were computed from. */
  public JsonObject toJson() {
    return MetricsJson.of(this);
  }

  /** {@link #toJson} as text. */
  public String toJsonText() {
    return MetricsJson.text(toJson());
  }
}
