package org.endossl.cli;

import com.beust.jcommander.Parameter;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.endossl.model.Compute;
import org.endossl.tfrecords.BadRecords;
import org.endossl.train.SessionOptions;
import org.endossl.train.StepBench;
import org.jspecify.annotations.Nullable;

/** {@code endossl bench step}: what a training step costs on this machine. */
final class BenchStepCommand extends Command {
  @Parameter(
      names = "--model",
      description = "SIZE: tiny, small, base or large, with patches of 16")
  String model = "small";

  @Parameter(names = "--batch", description = "frames per step")
  int batch = 8;

  @Parameter(names = "--focal", description = "focal views of 96 pixels per frame")
  int focal = 0;

  @Parameter(names = "--patch-drop", description = "share of patches dropped from the random view")
  double patchDrop = 0.5;

  @Parameter(names = "--steps", description = "steps to take; the first two do not count")
  int steps = 10;

  @Parameter(names = "--bf16", description = "matrix products in bfloat16")
  boolean bfloat16;

  @Parameter(
      names = "--recompute",
      description = "computes activations within blocks again instead of keeping them")
  boolean recompute;

  @Parameter(
      names = "--threads",
      description = "threads within an operation; 0: TensorFlow chooses")
  int threads = 0;

  @Parameter(
      names = "--data",
      description = "PATH: real input, record files, globs or folders, instead of made-up images")
  List<String> data = new ArrayList<>();

  @Parameter(names = "--on-bad-record", description = OnBadRecord.TEXT)
  String onBadRecord = "fail";

  @Parameter(names = "--device", description = DeviceChoice.DEVICE)
  String device = "";

  @Parameter(names = "--devices", description = DeviceChoice.DEVICES)
  int devices = 1;

  @Parameter(names = "--xla", description = DeviceChoice.XLA)
  String xla = "off";

  @Parameter(names = "--json", description = "F: also write the figures to this file")
  @Nullable Path json;

  @Override
  String details() {
    return """
        The whole MSN step (both encoders, loss, gradients, clipping, AdamW, EMA) on made-up images
        or on those of records,
        beside the rate of this machine's matrix products in the same process.
        """;
  }

  @Override
  String example() {
    return "bench step --model small --batch 8 --json step.json";
  }

  @Override
  boolean usesTensorFlow() {
    return true;
  }

  @Override
  int run(Terminal terminal) throws Exception {
    BadRecords bad = OnBadRecord.of(onBadRecord);
    StepBench.Figures figures =
        StepBench.run(
            new StepBench.Request(
                model,
                batch,
                focal,
                patchDrop,
                steps,
                bfloat16 ? Compute.BFLOAT16 : Compute.FLOAT32,
                recompute,
                DeviceChoice.options(device, xla, threads, devices),
                data),
            bad);
    print(figures, terminal.out());
    OnBadRecord.report(bad, terminal.err());
    if (json != null) {
      JsonFile.write(json, figures);
    }
    return ExitCode.DONE;
  }

  private void print(StepBench.Figures f, PrintStream out) {
    row(out, "images per second", "%.2f (fastest step)", f.imagesPerSecond());
    row(
        out,
        "step",
        "%.0f ms fastest, %.0f ms median",
        f.bestMilliseconds(),
        f.medianMilliseconds());
    if (!f.request().records().isEmpty()) {
      row(out, "waiting for input", "%.1f %% of the steps' time", 100 * f.inputWait());
    }
    row(out, "matrix products", "%.0f GFLOP/s", f.matmulGigaflops());
    row(
        out,
        "share of that",
        "%.0f %%: %.0f GFLOP in linear layers%s",
        100 * f.matmulShare(),
        f.stepGigaflop(),
        devices > 1 && f.request().session().device() == SessionOptions.Device.GPU
            ? " on " + devices + " GPUs"
            : "");
    row(out, "first step after", "%.1f s from the start of the process", f.firstStepSeconds());
    f.phases().forEach((name, seconds) -> row(out, "  " + name, "%.1f s", seconds));
    row(out, "peak memory", "%d MiB", f.peakMegabytes());
    row(out, "loss", "%.4f", f.loss());
    row(out, "TensorFlow", "%s", f.tensorflow());
    row(out, "EMA", "%s", f.ema());
  }

  private static void row(PrintStream out, String name, String format, Object... values) {
    out.printf(Locale.ROOT, "%-18s " + format + "%n", prepend(name, values));
  }

  private static Object[] prepend(String name, Object[] values) {
    Object[] all = new Object[values.length + 1];
    all[0] = name;
    System.arraycopy(values, 0, all, 1, values.length);
    return all;
  }
}
