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

  @Parameter(names = "--json", description = "F: also write the figures to this file")
  @Nullable Path json;

  @Override
  String details() {
    return """
        The target encoder's update, native and by TensorFlow's own ops, in turn with the triad
        a = b + s c over as many floats: what memory can give. Both move 12 bytes per float.
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
    EmaBench.Figures figures = EmaBench.run(new EmaBench.Request(variables, floats, rounds));
    PrintStream out = terminal.out();
    out.printf(
        Locale.ROOT,
        "%-12s %7.2f ms  %6.1f GB/s  (%d threads, median of %d)%n",
        "triad",
        figures.triadMilliseconds(),
        figures.triadGigabytesPerSecond(),
        figures.threads(),
        rounds);
    figures
        .milliseconds()
        .forEach(
            (form, milliseconds) ->
                out.printf(
                    Locale.ROOT,
                    "%-12s %7.2f ms  %6.1f GB/s  %.0f %% of the triad's%n",
                    form.name().toLowerCase(Locale.ROOT),
                    milliseconds,
                    12.0 * floats / milliseconds / 1e6,
                    100 * figures.shares().getOrDefault(form, Double.NaN)));
    out.println("EMA          " + figures.library());
    if (json != null) {
      JsonFile.write(json, figures);
    }
    return ExitCode.DONE;
  }
}
