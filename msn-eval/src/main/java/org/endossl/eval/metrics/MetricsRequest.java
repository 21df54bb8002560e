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
 * @param json where to write the result; null does not
 */
public record MetricsRequest(
    Path predictions, @Nullable PhaseOrder phaseOrder, List<String> videos, @Nullable Path json) {
  public MetricsRequest {
    videos = List.copyOf(videos);
  }

  /** Scores whatever videos the file has and writes nothing. */
  public static MetricsRequest of(Path predictions) {
    return new MetricsRequest(predictions, null, List.of(), null);
  }
}
