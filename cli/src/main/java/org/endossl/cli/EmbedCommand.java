package org.endossl.cli;

import com.beust.jcommander.Parameter;
import com.beust.jcommander.ParametersDelegate;
import java.nio.file.Path;
import org.endossl.eval.WeightsSource;
import org.endossl.eval.embed.Embed;
import org.endossl.eval.embed.EmbedRequest;

/** {@code endossl embed}: images to vectors. */
final class EmbedCommand extends Command {
  @Parameter(names = "--weights", required = true, description = "W: as for endossl features")
  String weights = "";

  @Parameter(
      names = "--input",
      required = true,
      description = "PATH: an image, or a directory of images")
  Path input = Path.of("");

  @Parameter(
      names = "--out",
      required = true,
      description = "F: .npy with the names in a .csv beside it, .csv or .parquet")
  Path out = Path.of("");

  @Parameter(names = "--size", description = "side of the images in pixels; 0: as the weights")
  int size = 0;

  @Parameter(names = "--batch", description = "images that the encoder sees at once")
  int batch = 16;

  @ParametersDelegate BackboneOptions backbone = new BackboneOptions();

  @Override
  String details() {
    return "Rows are in sorted file order; --weights takes what endossl features takes.";
  }

  @Override
  String example() {
    return "embed --weights runs/vits16 --input frames/ --out frames.npy";
  }

  @Override
  boolean usesTensorFlow() {
    return true;
  }

  @Override
  int run(Terminal terminal) throws Exception {
    WeightsSource source = backbone.weights(weights);
    EmbedRequest request =
        new EmbedRequest(source, input, out, FeaturesCommand.preprocessing(source, size), batch);
    Embed.Embedding embedding;
    try (StageProgress progress = new StageProgress(terminal)) {
      embedding = Embed.run(request, progress);
    }
    terminal
        .out()
        .println(
            out
                + ": "
                + embedding.names().size()
                + " images, "
                + embedding.vectors().columns()
                + " values each; names in "
                + request.names());
    return ExitCode.DONE;
  }
}
