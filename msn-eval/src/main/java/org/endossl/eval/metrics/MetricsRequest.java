package org.endossl.eval.metrics;

import java.nio.file.Path;
import java.util.List;
import org.endossl.tfrecords.PhaseOrder;
import org.jspecify.annotations.Nullable;

/**
 * What to score.
 *
 * @param predictions CSV with header {@code video,frame,label,prediction}
 * @param phaseOrder the order of phases given as numbers; null takes the file's own, or endossl's
 * @param videos the videos that must be there, no more and no fewer; empty takes what is there
 * @param frames a CSV with columns {@code video,frame} of the frames that must be there, no more
 *     and no fewer; null takes what is there
 * @param against other predictions of the same frames; null compares with none
 * @param options how
 * @param json where to write the result; null does not
 */
public record MetricsRequest(
    Path predictions,
    @Nullable PhaseOrder phaseOrder,
    List<String> videos,
    @Nullable Path frames,
    @Nullable Path against,
    MetricsOptions options,
    @Nullable Path json) {
  public MetricsRequest {
    videos = List.copyOf(videos);
  }

  /** Scores whatever videos the file has and writes nothing. */
  public static MetricsRequest of(Path predictions) {
    return of(predictions, List.of(), null);
  }

  /** Scores some videos, and writes the result if {@code json} is not null. */
  public static MetricsRequest of(Path predictions, List<String> videos, @Nullable Path json) {
    return new MetricsRequest(predictions, null, videos, null, null, MetricsOptions.DEFAULT, json);
  }
}
