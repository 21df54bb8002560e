package org.endossl.cli;

import com.beust.jcommander.Parameter;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Locale;
import org.endossl.train.ema.EmaBench;
import org.jspecify.annotations.Nullable;

/** {@code endossl bench ema}: the target update beside the memory's bandwidth. */
final class BenchEmaCommand extends Command {
  @Parameter(names = "--variables", description = "variables that the floats are spread over")
  int variables = EmaBench.Request.VIT_S.variables();

  @Parameter(names = "--floats", description = "floats in all of them; the default is a ViT-S/16")
  int floats = EmaBench.Request.VIT_S.floats();

  @Parameter(names = "--rounds", description = "rounds of which medians are taken")
  int rounds = EmaBench.Request.VIT_S.rounds();

  @Parameter(names = "--device", description = DeviceChoice.DEVICE)
  String device = "";

  @Parameter(names = "--xla", description = DeviceChoice.XLA)
  String xla = "off";

  @Parameter(names = "--json", description = "F: also write the figures to this file")
  @Nullable Path json;

  @Override
  String details() {
    return """
        The target encoder's update, native and by TensorFlow's own ops, in turn with two triads over
        as many floats: what memory can give. The update and the triad in place move 12 bytes per
        float, the plain triad 16, as the processor fetches the lines that it writes. Medians.
        On a GPU the update and what stands for the triads are TensorFlow's ops, at 12 bytes each.
        """;
  }

  @Override
  String example() {
    return "bench ema --json ema.json";
  }

  @Override
  boolean usesTensorFlow() {
    return true;
  }

  @Override
  int run(Terminal terminal) throws Exception {
    EmaBench.Figures figures =
        EmaBench.run(
            new EmaBench.Request(
                variables, floats, rounds, DeviceChoice.options(device, xla, 0, 1)));
    PrintStream out = terminal.out();
    rate(
        out,
        "triad",
        figures.triadMilliseconds(),
        figures.triadBytes(),
        (figures.triadBytes() == 16 ? "a = b + s c in " : "a = b + c by ") + figures.triads());
    rate(out, "in place", figures.inPlaceMilliseconds(), 12, "a = a + s b");
    figures
        .milliseconds()
        .forEach(
            (form, milliseconds) ->
                rate(
                    out,
                    form.name().toLowerCase(Locale.ROOT),
                    milliseconds,
                    12,
                    String.format(
                        Locale.ROOT,
                        "%.0f %% of the larger rate above",
                        100 * figures.shares().getOrDefault(form, Double.NaN))));
    Double node = figures.nodeMilliseconds();
    Double share = figures.nodeShare();
    if (node != null && share != null) {
      rate(
          out,
          "native node",
          node,
          12,
          String.format(
              Locale.ROOT, "%.0f %%, without the reads of %d variables", 100 * share, variables));
    }
    if (figures.triadBytes() == 16) {
      out.println("EMA          " + figures.library());
    }
    if (json != null) {
      JsonFile.write(json, figures);
    }
    return ExitCode.DONE;
  }

  private void rate(PrintStream out, String what, double milliseconds, int bytes, String note) {
    double gigabytes = (double) bytes * floats / milliseconds / 1e6;
    out.printf(
        Locale.ROOT, "%-12s %7.2f ms  %6.1f GB/s  %s%n", what, milliseconds, gigabytes, note);
  }
}
