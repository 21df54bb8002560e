package org.endossl.cli;

import com.beust.jcommander.Parameter;
import com.beust.jcommander.ParametersDelegate;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.endossl.eval.weights.WeightsExport;
import org.endossl.model.serving.ImageScale;
import org.endossl.train.Checkpoint;
import org.endossl.train.ImportedRun;
import org.endossl.train.PretrainConfig;
import org.endossl.train.config.YamlConfig;
import org.jspecify.annotations.Nullable;

/** {@code endossl import}: weights of others, as a directory that every command takes. */
final class ImportCommand extends Command {
  @Parameter(
      names = "--input",
      required = true,
      description = "PATH: msn-ep100.pth.tar, Hugging Face, a SavedModel or a Flax checkpoint")
  Path input = Path.of("");

  @Parameter(names = "--out", required = true, description = "DIR: the new directory")
  Path out = Path.of("");

  @Parameter(names = "--part", description = "PART: of a training checkpoint: target or anchor")
  String part = "target";

  @Parameter(
      names = "--heads",
      description = "attention heads of a .pth.tar, which does not tell them; 0: each 64 wide")
  int heads = 0;

  @Parameter(
      names = "--config",
      description =
          "FILE.yaml: what a .pth.tar was pre-trained with; DIR becomes a run that"
              + " pretrain --resume continues")
  @Nullable Path config;

  @Parameter(
      names = "--set",
      splitter = WholeValue.class,
      description = "KEY=VALUE: override a key of --config; repeatable")
  List<String> overrides = new ArrayList<>();

  @ParametersDelegate BackboneOptions backbone = new BackboneOptions();

  @Override
  String details() {
    return """
        Reads training checkpoints of facebookresearch/msn (as data, nothing in them is executed)
        and Hugging Face ViT weights in any of their namings; writes config.json and
        model.safetensors, which --weights takes and ViTMSNModel.from_pretrained opens. A mismatch
        lists both sides. Also scenic's Vision Transformer from the variables of a SavedModel
        (compared with it before anything is written) or from a Flax checkpoint; --input-scale
        declares what their images' values run over. With --config a .pth.tar becomes a run's folder: both encoders with
        their heads, prototypes, AdamW's moments and steps, and the epoch.
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
    if (config != null) {
      PretrainConfig trained = YamlConfig.load(config, PretrainConfig.class, overrides);
      Checkpoint run = ImportedRun.write(input, trained, out);
      terminal
          .out()
          .println(
              out
                  + ": a run after epoch "
                  + run.state().epoch()
                  + ", "
                  + run.state().step()
                  + " steps; go on with: endossl pretrain --resume "
                  + out);
      return ExitCode.DONE;
    }
    if (!overrides.isEmpty()) {
      throw new UsageException("--set changes a key of --config, which is not given");
    }
    WeightsExport.Part which = Choice.of(WeightsExport.Part.class, "--part", part);
    WeightsExport.Request request =
        new WeightsExport.Request(
            input,
            which,
            heads,
            WeightsExport.Format.HUGGING_FACE,
            ImageScale.UNIT,
            backbone.declared(),
            out);
    print(WeightsExport.run(request), out, terminal);
    return ExitCode.DONE;
  }

  static void print(WeightsExport.Result result, Path out, Terminal terminal) {
    terminal
        .out()
        .println(out + ": " + result.kind() + ", " + result.config().parameters() + " parameters");
  }
}
