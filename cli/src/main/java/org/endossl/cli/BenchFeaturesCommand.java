package org.endossl.cli;

import com.beust.jcommander.Parameter;
import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Locale;
import org.endossl.eval.AtomicFiles;
import org.endossl.eval.WeightsSource;
import org.endossl.eval.bench.CachedFeaturesBench;
import org.endossl.eval.bench.FeaturesBench;
import org.endossl.model.Compute;
import org.endossl.train.SessionOptions;
import org.jspecify.annotations.Nullable;

/** {@code endossl bench features}: what loading and running an encoder costs on this machine. */
final class BenchFeaturesCommand extends Command {
  private enum Precision {
    FP32,
    BF16
  }

  @Parameter(names = "--weights", description = "W: as endossl features takes them")
  @Nullable String weights;

  @Parameter(
      names = "--model",
      description = "SIZE: without --weights, random ones of tiny, small, base or large")
  String model = "small";

  @Parameter(names = "--patch", description = "side of a patch of --model")
  int patch = 16;

  @Parameter(names = "--side", description = "side of the images; 0: the encoder's own")
  int side = 0;

  @Parameter(names = "--batch", description = "images at a time")
  int batch = 32;

  @Parameter(names = "--steps", description = "batches; the first two do not count")
  int steps = 10;

  @Parameter(names = "--precision", description = "P: fp32 or bf16")
  String precision = "fp32";

  @Parameter(
      names = "--threads",
      description = "threads within an operation; 0: TensorFlow chooses")
  int threads = 0;

  @Parameter(
      names = "--cached",
      description =
          "DIR: made by endossl features: instead, how fast they are read again, --steps times")
  @Nullable Path cached;

  @Parameter(names = "--json", description = "F: also write the figures to this file")
  @Nullable Path json;

  @Override
  String details() {
    return """
        Made-up images that are in memory already, the encoder, features back in memory; and the
        time from the weights' file to the session, once TensorFlow is up. With --cached, reading
        kept features beside reading their bytes, in turn; medians.
        """;
  }

  @Override
  String example() {
    return "bench features --model base --batch 32 --json features.json";
  }

  @Override
  boolean usesTensorFlow() {
    return cached == null;
  }

  @Override
  int run(Terminal terminal) throws Exception {
    if (cached != null) {
      CachedFeaturesBench.Figures figures = CachedFeaturesBench.run(cached, steps);
      print(figures, terminal.out());
      write(figures);
      return ExitCode.DONE;
    }
    boolean bfloat16 = Choice.of(Precision.class, "--precision", precision) == Precision.BF16;
    WeightsSource source =
        weights == null ? FeaturesBench.random(model, patch) : WeightsSource.parse(weights);
    FeaturesBench.Figures figures =
        FeaturesBench.run(
            new FeaturesBench.Request(
                source,
                side,
                batch,
                steps,
                bfloat16 ? Compute.BFLOAT16 : Compute.FLOAT32,
                new SessionOptions(threads, 0)));
    print(figures, terminal.out());
    write(figures);
    return ExitCode.DONE;
  }

  private void write(Object figures) throws IOException {
    if (json != null) {
      String text = new GsonBuilder().setPrettyPrinting().create().toJson(figures);
      AtomicFiles.writeText(json, text + "\n");
    }
  }

  private static void print(CachedFeaturesBench.Figures f, PrintStream out) {
    row(
        out,
        "features",
        "%d frames of %d values, %.1f MB",
        f.frames(),
        f.width(),
        f.bytes() * 1e-6);
    row(out, "bytes alone", "%.0f MB/s", f.rawMegabytesPerSecond());
    row(
        out,
        "read and checked",
        "%.0f MB/s, %.4f s",
        f.featuresMegabytesPerSecond(),
        f.featuresSeconds());
  }

  private static void print(FeaturesBench.Figures f, PrintStream out) {
    row(out, "images per second", "%.2f (fastest batch)", f.imagesPerSecond());
    row(
        out,
        "batch",
        "%.0f ms fastest, %.0f ms median, %s",
        f.bestMilliseconds(),
        f.medianMilliseconds(),
        f.precision());
    row(out, "open weights", "%.3f s", f.openSeconds());
    row(out, "build graph", "%.3f s", f.graphSeconds());
    row(out, "load weights", "%.3f s", f.loadSeconds());
    row(out, "first batch", "%.3f s", f.firstBatchSeconds());
    row(out, "peak memory", "%d MiB", f.peakMegabytes());
    row(out, "embedding", "%s", f.embedding());
    row(out, "images", "%s", f.images());
    row(out, "TensorFlow", "%s", f.tensorflow());
  }

  private static void row(PrintStream out, String name, String format, Object... values) {
    out.printf(Locale.ROOT, "%-18s ", name);
    out.printf(Locale.ROOT, format + "%n", values);
  }
}
