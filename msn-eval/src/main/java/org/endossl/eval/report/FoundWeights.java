package org.endossl.eval.report;

import java.io.IOException;
import org.endossl.eval.Encoder;
import org.endossl.eval.WeightsSource;
import org.endossl.train.Checkpoint;
import org.jspecify.annotations.Nullable;

/**
 * The weights that a report looks into.
 *
 * @param text as they were named
 * @param encoder null if there are none
 * @param checkpoint of a pre-training run; null for other weights
 * @param missing why there are none; empty if there are
 * @param askedFor whether they were named in the request, and not by the folder
 */
record FoundWeights(
    String text,
    @Nullable Encoder encoder,
    @Nullable Checkpoint checkpoint,
    String missing,
    boolean askedFor) {

  /**
   * Opens what was asked for, else what the folder names.
   *
   * @throws IOException if weights that were asked for are damaged
   * @throws IllegalArgumentException if weights that were asked for are not there
   */
  static FoundWeights find(ReportRequest request, Sources sources) throws IOException {
    WeightsSource asked = request.weights();
    String text = asked == null ? sources.weights() : asked.text();
    if (text.isEmpty()) {
      return new FoundWeights(
          "",
          null,
          null,
          "This folder does not say which weights it is about. Name them: endossl report RUN"
              + " --weights W",
          false);
    }
    try {
      WeightsSource source = asked == null ? WeightsSource.parse(text) : asked;
      Checkpoint checkpoint =
          source instanceof WeightsSource.Run run ? Checkpoint.open(run.path()) : null;
      return new FoundWeights(text, source.open(), checkpoint, "", asked != null);
    } catch (IOException | IllegalArgumentException e) {
      if (asked != null) {
        throw e;
      }
      String missing =
          "The weights cannot be opened: "
              + said(e)
              + ". Name others: endossl report RUN --weights W";
      return new FoundWeights(text, null, null, missing, false);
    }
  }

  /** What an exception says, in a line without its full stop. */
  static String said(Throwable e) {
    String message = e.getMessage();
    String line = message == null ? "" : message.lines().findFirst().orElse("");
    return line.isEmpty() ? e.getClass().getSimpleName() : line.replaceAll("\\.$", "");
  }
}
