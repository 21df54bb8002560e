package org.endossl.cli;

import com.beust.jcommander.Parameter;
import java.nio.file.Path;
import org.endossl.eval.weights.WeightsExport;
import org.endossl.model.serving.ImageScale;

/** {@code endossl export}: an encoder for other programs. */
final class ExportCommand extends Command {
  @Parameter(
      names = "--weights",
      required = true,
      description =
          "PATH: a run's folder, a checkpoint's prefix, a .pth.tar or a Hugging Face folder")
  Path weights = Path.of("");

  @Parameter(names = "--out", required = true, description = "DIR: the new directory")
  Path out = Path.of("");

  @Parameter(names = "--format", description = "FORMAT: hugging-face or savedmodel")
  String format = "hugging-face";

  @Parameter(
      names = "--image-scale",
      description = "0..1 or 0..255: the values of the images that a SavedModel is called with")
  String imageScale = ImageScale.UNIT.text();

  @Parameter(names = "--part", description = "PART: of a training checkpoint: target or anchor")
  String part = "target";

  @Parameter(
      names = "--heads",
      description = "attention heads of a .pth.tar, which does not tell them; 0: each 64 wide")
  int heads = 0;

  @Override
  String details() {
    return """
        hugging-face: config.json and model.safetensors, which transformers'
        ViTMSNModel.from_pretrained opens; its images are normalised by the caller.
        savedmodel: tf.saved_model.load(DIR)(images)[1] in Python gives the embedding, as
        endossl's inference.py calls it, and the signature serving_default serves it in
        TF Serving. Images are [any, side, side, 3], in RGB, of the scale that --image-scale
        declares; the normalisation is inside. See docs/export.md.
        """;
  }

  @Override
  String example() {
    return "export --weights runs/vits16 --format savedmodel --out served/vits16/1";
  }

  @Override
  boolean usesTensorFlow() {
    return true;
  }

  @Override
  int run(Terminal terminal) throws Exception {
    WeightsExport.Part which = Choice.of(WeightsExport.Part.class, "--part", part);
    WeightsExport.Format written = Choice.of(WeightsExport.Format.class, "--format", format);
    WeightsExport.Request request =
        new WeightsExport.Request(
            weights, which, heads, written, ImageScale.parse(imageScale), out);
    ImportCommand.print(WeightsExport.run(request), out, terminal);
    return ExitCode.DONE;
  }
}
