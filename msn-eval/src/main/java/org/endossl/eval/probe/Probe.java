package org.endossl.eval.probe;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.endossl.data.Split;
import org.endossl.eval.EpochBoard;
import org.endossl.eval.ProgressListener;
import org.endossl.eval.Token;
import org.endossl.eval.WeightsSource;
import org.endossl.eval.features.FeatureSet;
import org.endossl.eval.features.Features;
import org.endossl.eval.features.FeaturesRequest;
import org.endossl.model.WeightsException;
import org.endossl.tfrecords.BadRecords;
import org.endossl.tfrecords.DataException;
import org.endossl.tfrecords.Share;
import org.jspecify.annotations.Nullable;

/** From weights and records to scores: features, cached, then the linear layer. */
public final class Probe {
  private Probe() {}

  /**
   * Probes an encoder and writes what {@link ProbeResult#write} and {@link ProbeRecord#write}
   * write.
   *
   * @throws DataException if records are missing, damaged or lack a video of the split
   * @throws WeightsException if the weights are damaged
   */
  public static ProbeResult run(ProbeRequest request, ProgressListener listener)
      throws IOException {
    FeatureSet features =
        features(
            request.weights(),
            request.config().data(),
            request.cache(),
            request.badRecords(),
            listener);
    ProbeResult result =
        LinearProbe.run(request.name(), features, request.config(), request.out(), listener);
    if (request.out() != null) {
      try (EpochBoard board = EpochBoard.in(request.out())) {
        for (ProbeResult.Epoch epoch : result.epochs()) {
          board.epoch(epoch.epoch(), epoch.training(), epoch.validation());
        }
      }
      result.write(request.out());
      ProbeRecord.write(request.out(), result, request.config());
      request.badRecords().write(request.out());
    }
    return result;
  }

  /**
   * Scores an encoder by nearest neighbours; otherwise as {@link #run}.
   *
   * @param out directory for predictions and scores; null writes none
   * @param cache directory where features are kept; null keeps none
   * @param bad what is done about bad records; those passed over are listed in {@code out}
   */
  public static ProbeResult knn(
      String name,
      WeightsSource weights,
      KnnConfig config,
      @Nullable Path out,
      @Nullable Path cache,
      BadRecords bad,
      ProgressListener listener)
      throws IOException {
    FeatureSet features = features(weights, config.data(), cache, bad, listener);
    ProbeResult result = KnnProbe.run(name, features, config, listener);
    if (out != null) {
      result.write(out);
      ProbeRecord.write(out, result, config);
      bad.write(out);
    }
    return result;
  }

  /** The features of all videos of the split; a bad record is an exception. */
  public static FeatureSet features(
      WeightsSource weights,
      ProbeConfig.DataConfig data,
      @Nullable Path cache,
      ProgressListener listener)
      throws IOException {
    return features(weights, data, cache, BadRecords.fail(), listener);
  }

  /** The features of all videos of the split. */
  public static FeatureSet features(
      WeightsSource weights,
      ProbeConfig.DataConfig data,
      @Nullable Path cache,
      BadRecords bad,
      ProgressListener listener)
      throws IOException {
    return Features.run(
        new FeaturesRequest(
            weights.token(Token.of(data.token())),
            data.records(),
            videos(data.split().videos()),
            null,
            data.batch(),
            data.workers(),
            null,
            cache,
            bad,
            Share.ALL),
        listener);
  }

  /**
   * Features that {@code endossl features} wrote.
   *
   * @throws IllegalArgumentException if they are not of the token that the protocol wants
   */
  public static FeatureSet read(Path directory, ProbeConfig.DataConfig data) throws IOException {
    FeatureSet features = FeatureSet.read(directory);
    Token wanted = Token.of(data.token());
    Token got = Token.of(features.info().encoder());
    if (got != wanted) {
      String name = wanted.name().toLowerCase(Locale.ROOT);
      throw new IllegalArgumentException(
          "features: "
              + directory
              + " has class tokens "
              + got.name().toLowerCase(Locale.ROOT)
              + ", the protocol's data.token is "
              + name
              + "; make them by `endossl features --token "
              + name
              + "`"
              + (wanted == Token.AFTER_NORM
                  ? ""
                  : ", or take these by --set data.token=after_norm"));
    }
    return features;
  }

  /** All videos of a split: training, validation, test. */
  public static List<String> videos(Split split) {
    List<String> videos = new ArrayList<>(split.train());
    videos.addAll(split.validation());
    videos.addAll(split.test());
    return videos;
  }
}
