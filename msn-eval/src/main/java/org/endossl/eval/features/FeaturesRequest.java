package org.endossl.eval.features;

import java.nio.file.Path;
import java.util.List;
import org.endossl.eval.Preprocessing;
import org.endossl.eval.WeightsSource;
import org.endossl.tfrecords.BadRecords;
import org.endossl.tfrecords.Share;
import org.jspecify.annotations.Nullable;

/**
 * Features to compute, or to find on disk.
 *
 * @param weights of the encoder
 * @param records TFRecord files, globs or directories
 * @param videos the videos wanted; empty takes all
 * @param preprocessing of the frames; null takes the weights' own
 * @param batch frames that the encoder sees at once
 * @param workers threads that decode; 0 lets TensorFlow choose
 * @param out directory to write; null writes none
 * @param cache directory where features are kept by what they were made from; null keeps none
 * @param badRecords what is done about bad records; those passed over are listed in {@code out}
 * @param share which of these videos, where several processes work on them
 */
public record FeaturesRequest(
    WeightsSource weights,
    List<String> records,
    List<String> videos,
    @Nullable Preprocessing preprocessing,
    int batch,
    int workers,
    @Nullable Path out,
    @Nullable Path cache,
    BadRecords badRecords,
    Share share) {
  /** All of these videos; a bad record is an exception. */
  public FeaturesRequest(
      WeightsSource weights,
      List<String> records,
      List<String> videos,
      @Nullable Preprocessing preprocessing,
      int batch,
      int workers,
      @Nullable Path out,
      @Nullable Path cache) {
    this(
        weights,
        records,
        videos,
        preprocessing,
        batch,
        workers,
        out,
        cache,
        BadRecords.fail(),
        Share.ALL);
  }

  public FeaturesRequest {
    records = List.copyOf(records);
    videos = List.copyOf(videos);
    if (batch < 1) {
      throw new IllegalArgumentException("batch: got " + batch + ", wanted at least 1");
    } else if (workers < 0) {
      throw new IllegalArgumentException("workers: got " + workers + ", wanted at least 0");
    }
  }
}
