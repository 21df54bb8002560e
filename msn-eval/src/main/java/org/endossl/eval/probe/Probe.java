package org.endossl.eval.probe;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.endossl.data.Split;
import org.endossl.eval.ProgressListener;
import org.endossl.eval.WeightsSource;
import org.endossl.eval.features.FeatureSet;
import org.endossl.eval.features.Features;
import org.endossl.eval.features.FeaturesRequest;
import org.endossl.model.WeightsException;
import org.endossl.tfrecords.DataException;
import org.jspecify.annotations.Nullable;

/** From weights and records to scores: features, cached, then the linear layer. */
public final class Probe {
  private Probe() {}

  /**
   * Probes an encoder and writes what {@link ProbeResult#write} writes.
   *
   * @throws DataException if records are missing, damaged or lack a video of the split
   * @throws WeightsException if the weights are damaged
   */
  public static ProbeResult run(ProbeRequest request, ProgressListener listener)
      throws IOException {
    FeatureSet features =
        features(request.weights(), request.config().data(), request.cache(), listener);
    ProbeResult result = LinearProbe.run(request.name(), features, request.config(), listener);
    if (request.out() != null) {
      result.write(request.out());
    }
    return result;
  }

  /**
   * Scores an encoder by nearest neighbours; otherwise as {@link #run}.
   *
   * @param out directory for predictions and scores; null writes none
   * @param cache directory where features are kept; null keeps none
   */
  public static ProbeResult knn(
      String name,
      WeightsSource weights,
      KnnConfig config,
      @Nullable Path out,
      @Nullable Path cache,
      ProgressListener listener)
      throws IOException {
    FeatureSet features = features(weights, config.data(), cache, listener);
    ProbeResult result = KnnProbe.run(name, features, config, listener);
    if (out != null) {
      result.write(out);
    }
    return result;
  }

  /** The features of all videos of the split. */
  public static FeatureSet features(
      WeightsSource weights,
      ProbeConfig.DataConfig data,
      @Nullable Path cache,
      ProgressListener listener)
      throws IOException {
    Split split = data.split().videos();
    List<String> videos = new ArrayList<>(split.train());
    videos.addAll(split.validation());
    videos.addAll(split.test());
    return Features.run(
        new FeaturesRequest(
            weights, data.records(), videos, null, data.batch(), data.workers(), null, cache),
        listener);
  }
}
