package org.endossl.eval.metrics;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.endossl.eval.AtomicFiles;
import org.endossl.tfrecords.DataException;
import org.endossl.tfrecords.PhaseOrder;

/** Scores a file of predictions; memory does not grow with its rows but by a bit each. */
public final class Metrics {
  private Metrics() {}

  /**
   * Reads the predictions once and scores them.
   *
   * @throws DataException if the file cannot be scored; the message names the line
   */
  public static MetricsResult run(MetricsRequest request) throws IOException {
    int classes = PhaseOrder.ENDOSSL.names().size();
    TreeMap<String, Confusion> confusions = new TreeMap<>();
    PredictionsCsv.Contents contents =
        PredictionsCsv.read(
            request.predictions(),
            request.phaseOrder(),
            (video, frame, label, prediction) ->
                confusions
                    .computeIfAbsent(video, v -> new Confusion(classes))
                    .add(label, prediction));
    if (!request.videos().isEmpty()) {
      checkVideos(request.predictions(), request.videos(), confusions);
    }
    MetricsResult result = new MetricsResult(contents.order(), confusions);
    if (request.json() != null) {
      AtomicFiles.writeText(request.json(), result.toJsonText());
    }
    return result;
  }

  private static void checkVideos(Path file, List<String> wanted, Map<String, Confusion> found)
      throws DataException {
    List<String> missing = wanted.stream().filter(v -> !found.containsKey(v)).toList();
    List<String> unknown = found.keySet().stream().filter(v -> !wanted.contains(v)).toList();
    if (!missing.isEmpty() || !unknown.isEmpty()) {
      throw new DataException(file + ": missing videos " + missing + ", not asked for " + unknown);
    }
  }
}
