package org.endossl.eval.report;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.endossl.data.FrameFiles;
import org.endossl.eval.Encoder;
import org.endossl.eval.Progress;
import org.endossl.eval.ProgressListener;
import org.endossl.eval.features.FeatureSet;
import org.endossl.eval.features.Features;
import org.endossl.eval.inspect.Attention;
import org.endossl.eval.inspect.AttentionMaps;
import org.endossl.eval.inspect.Footage;
import org.endossl.eval.inspect.Neighbours;
import org.endossl.eval.inspect.Prototypes;
import org.endossl.eval.inspect.Tsne;
import org.endossl.eval.metrics.Predictions;
import org.endossl.train.Checkpoint;
import org.jspecify.annotations.Nullable;

/**
 * Looks for frames and weights and collects what a report shows of them. What the folder names and
 * is not there becomes a text in the report; what was asked for by name and is not there is an
 * exception.
 */
final class InsightBuilder {
  private static final int BATCH = 32;
  private static final int NEIGHBOURS = 10;

  private final Sources sources;
  private final ReportRequest request;
  private final ProgressListener listener;
  private final @Nullable Predictions predictions;
  private final Map<Footage.Key, Integer> predicted = new LinkedHashMap<>();

  /** Filled as far as the weights allow; the texts say why the rest is empty. */
  private @Nullable FeatureSet features;

  private List<Attention> attention = List.of();
  private Insight.@Nullable Drawn drawn;
  private String noMap = "";
  private String noAttention = "";
  private String noPrototypes = "";

  InsightBuilder(
      Sources sources,
      ReportRequest request,
      @Nullable Predictions predictions,
      ProgressListener listener) {
    this.sources = sources;
    this.request = request;
    this.predictions = predictions;
    this.listener = listener;
    if (predictions != null) {
      predictions.forEach(
          (video, frame, label, prediction) ->
              predicted.put(
                  new Footage.Key(video, frame), Phases.place(prediction, predictions.order())));
    }
  }

  /**
   * Does it.
   *
   * @throws IOException if weights or records that were asked for are damaged
   * @throws IllegalArgumentException if they are not there
   */
  Insight build() throws IOException {
    Footage footage;
    List<String> videos;
    try {
      footage = footage();
      videos = videos(footage);
    } catch (Missing e) {
      return Insight.none(String.valueOf(e.getMessage()));
    }
    FrameFiles shown = footage.spread(videos, request.frames());
    Looks looks = Looks.read(footage, videos.get(0));
    FoundWeights weights = FoundWeights.find(request, sources);
    look(weights, shown, looks);
    return new Insight(
        network(weights),
        album(footage, shown),
        "",
        looks.pictures(attention, predicted),
        noAttention,
        map(),
        noMap,
        drawn,
        noPrototypes);
  }

  /** What the folder names is not there, or nothing is named. */
  private static final class Missing extends Exception {
    private static final long serialVersionUID = 1;

    Missing(String text) {
      super(text);
    }
  }

  private Footage footage() throws IOException, Missing {
    if (request.frames() == 0) {
      throw new Missing("Frames were left out on request: endossl report RUN without --frames 0");
    } else if (!request.records().isEmpty()) {
      return Footage.open(request.records(), request.bad(), listener);
    } else if (sources.records().isEmpty()) {
      throw new Missing(
          "This folder does not say where the frames are. Name them: endossl report RUN --records"
              + " DIR");
    }
    try {
      return Footage.open(sources.records(), request.bad(), listener);
    } catch (IOException | IllegalArgumentException e) {
      throw new Missing(
          "The frames cannot be read: "
              + FoundWeights.said(e)
              + ". If they are elsewhere: endossl report RUN --records DIR");
    }
  }

  private List<String> videos(Footage footage) throws Missing {
    List<String> wanted = sources.videos().isEmpty() ? footage.videos() : sources.videos();
    List<String> there = wanted.stream().filter(footage.videos()::contains).toList();
    if (there.isEmpty()) {
      String text =
          "The records hold none of "
              + String.join(", ", wanted)
              + ". Name others: endossl report RUN --records DIR";
      if (!request.records().isEmpty()) {
        throw new IllegalArgumentException(text);
      }
      throw new Missing(text);
    }
    return there;
  }

  /** Features, attention and prototypes, in this order; a failure leaves out what comes behind. */
  private void look(FoundWeights weights, FrameFiles shown, Looks looks) throws IOException {
    Encoder encoder = weights.encoder();
    noMap = weights.missing();
    noAttention = weights.missing();
    noPrototypes = weights.missing();
    if (encoder == null) {
      return;
    }
    String broken = "It could not be computed";
    noMap = broken;
    noAttention = broken;
    noPrototypes = broken;
    try {
      FeatureSet found = Features.of(encoder, shown, BATCH, 0, listener);
      features = found;
      noMap = "";
      attend(weights, encoder, looks);
      project(weights, found);
    } catch (IOException | IllegalArgumentException | LinkageError e) {
      if (weights.askedFor()) {
        throw e;
      }
      String why = weights.text() + " cannot be used: " + FoundWeights.said(e);
      noMap = noMap.equals(broken) ? why : noMap;
      noAttention = noAttention.equals(broken) ? why : noAttention;
      noPrototypes = noPrototypes.equals(broken) ? why : noPrototypes;
    }
  }

  private void attend(FoundWeights weights, Encoder encoder, Looks looks) throws IOException {
    if (encoder.config() == null) {
      noAttention =
          weights.text()
              + " has no attention to show. Name a Vision Transformer: endossl report RUN --weights"
              + " W";
    } else {
      listener.progress(new Progress("attention", 0, 0, "", Double.NaN, "of the class token"));
      attention = AttentionMaps.of(encoder, looks.encoded());
      noAttention = "";
    }
  }

  private void project(FoundWeights weights, FeatureSet found) throws IOException {
    Checkpoint checkpoint = weights.checkpoint();
    if (checkpoint == null) {
      noPrototypes =
          weights.text()
              + " has no prototypes, only a pre-training run's checkpoint has. Name one: endossl"
              + " report RUN --weights RUN";
    } else {
      drawn = new Insight.Drawn(Prototypes.of(checkpoint, found.matrix()), found.frames());
      noPrototypes = "";
    }
  }

  private Insight.@Nullable FrameMap map() {
    FeatureSet found = features;
    if (found == null) {
      return null;
    } else if (found.matrix().rows() < Tsne.LEAST) {
      noMap = "There are only " + found.matrix().rows() + " frames";
      return null;
    }
    listener.progress(new Progress("map", 0, 0, "", Double.NaN, "t-SNE of the features"));
    return new Insight.FrameMap(
        found.frames(), Tsne.map(found.matrix()), Neighbours.of(found, NEIGHBOURS));
  }

  private String network(FoundWeights weights) {
    if (weights.encoder() == null) {
      return "";
    }
    boolean noted = !weights.askedFor() && !sources.weightsNote().isEmpty();
    return noted ? sources.weightsNote() : weights.text();
  }

  /** The frames of the map, which ribbons and prototypes show too, and those of transitions. */
  private Album album(Footage footage, FrameFiles shown) throws IOException {
    Set<Footage.Key> wanted = new LinkedHashSet<>();
    shown.entries().forEach(e -> wanted.add(Footage.key(e)));
    if (predictions != null) {
      Transitions.shown(predictions).forEach(t -> wanted.addAll(t.keys()));
    }
    Album.Builder album = new Album.Builder();
    footage.read(wanted, (key, encoded, image) -> album.add(key, image));
    return album.build();
  }
}
