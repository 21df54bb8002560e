package org.endossl.cli;

import com.beust.jcommander.Parameter;
import java.nio.file.Path;
import org.endossl.eval.weights.WeightsExport;

/** {@code endossl export}: a run's encoder for other programs. */
final class ExportCommand extends Command {
  @Parameter(
      names = "--weights",
      required = true,
      description = "RUN: a run's folder or a checkpoint's prefix")
  Path weights = Path.of("");

  @Parameter(names = "--out", required = true, description = "DIR: the new directory")
  Path out = Path.of("");

  @Parameter(names = "--part", description = "PART: target or anchor")
  String part = "target";

  @Override
  String details() {
    return """
        Writes a Hugging Face directory (config.json, model.safetensors) that transformers'
        ViTMSNModel.from_pretrained opens.
        """;
  }

  @Override
  String example() {
    return "export --weights runs/vits16 --out weights/vits16-cholec80";
  }

  @Override
  boolean usesTensorFlow() {
    return true;
  }

  @Override
  int run(Terminal terminal) throws Exception {
    WeightsExport.Part which = Choice.of(WeightsExport.Part.class, "--part", part);
    ImportCommand.print(
        WeightsExport.run(new WeightsExport.Request(weights, which, 0, out)), out, terminal);
    return ExitCode.DONE;
  }
}
