package org.endossl.cli;

import com.beust.jcommander.Parameter;
import org.endossl.eval.SavedModelOptions;
import org.endossl.eval.WeightsSource;

/** What a SavedModel does not say of itself; the options of every command that takes --weights. */
final class BackboneOptions {
  @Parameter(
      names = {"--input-scale", "--image-scale"},
      description = "SCALE: of a SavedModel's images, 0..1 (or 1) or 0..255 (or 255)")
  String inputScale = "";

  @Parameter(
      names = "--output-index",
      description = "N: which output of a SavedModel is the embedding; else its file's or 1")
  int outputIndex = -1;

  /** Reads {@code --weights}. */
  WeightsSource weights(String text) {
    return WeightsSource.parse(text, declared());
  }

  /** What was declared. */
  SavedModelOptions declared() {
    return new SavedModelOptions(
        inputScale.isEmpty() ? null : SavedModelOptions.scale(inputScale),
        outputIndex < 0 ? null : Integer.valueOf(outputIndex),
        null);
  }
}
