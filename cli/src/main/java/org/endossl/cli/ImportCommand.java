package org.endossl.cli;

import com.beust.jcommander.Parameter;
import java.nio.file.Path;
import org.endossl.eval.weights.WeightsExport;
import org.endossl.model.serving.ImageScale;

/** {@code endossl import}: weights of others, as a directory that every command takes. */
final class ImportCommand extends Command {
  @Parameter(
      names = "--input",
      required = true,
      description = "PATH: msn-ep100.pth.tar, or a Hugging Face directory or file")
  Path input = Path.of("");

  @Parameter(names = "--out", required = true, description = "DIR: the new directory")
  Path out = Path.of("");

  @Parameter(names = "--part", description = "PART: of a training checkpoint: target or anchor")
  String part = "target";

  @Parameter(
      names = "--heads",
      description = "attention heads of a .pth.tar, which does not tell them; 0: each 64 wide")
  int heads = 0;

  @Override
  String details() {
    return """
        Reads training checkpoints of facebookresearch/msn (as data, nothing in them is executed)
        and Hugging Face ViT weights in any of their namings; writes config.json and
        model.safetensors, which --weights takes and ViTMSNModel.from_pretrained opens. A mismatch
        lists both sides.
        """;
  }

  @Override
  String example() {
    return "import --input vits16_800ep.pth.tar --out weights/msn-vits16";
  }

  @Override
  boolean usesTensorFlow() {
    return true;
  }

  @Override
  int run(Terminal terminal) throws Exception {
    WeightsExport.Part which = Choice.of(WeightsExport.Part.class, "--part", part);
    WeightsExport.Request request =
        new WeightsExport.Request(
            input, which, heads, WeightsExport.Format.HUGGING_FACE, ImageScale.UNIT, out);
    print(WeightsExport.run(request), out, terminal);
    return ExitCode.DONE;
  }

  static void print(WeightsExport.Result result, Path out, Terminal terminal) {
    terminal
        .out()
        .println(out + ": " + result.kind() + ", " + result.config().parameters() + " parameters");
  }
}
