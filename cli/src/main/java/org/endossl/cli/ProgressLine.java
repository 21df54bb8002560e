package org.endossl.cli;

import java.util.Locale;

/**
 * Progress of long work on the error stream: one line that is rewritten on a terminal, a plain line
 * every few seconds elsewhere.
 */
final class ProgressLine implements AutoCloseable {
  private static final int CELLS = 24;
  private static final long TERMINAL_NANOS = 100_000_000L;
  private static final long PLAIN_NANOS = 5_000_000_000L;

  private final Terminal terminal;
  private final String prefix;
  private final long start = System.nanoTime();
  private long last;
  private int width;

  /** Shows nothing yet. {@code prefix} begins each line. */
  ProgressLine(Terminal terminal, String prefix) {
    this.terminal = terminal;
    this.prefix = prefix;
    this.last = terminal.interactive() ? start - TERMINAL_NANOS : start;
  }

  /** As {@link #show(double, String)}, with the time left by what was done so far. */
  void showWithTimeLeft(double fraction, String text) {
    show(fraction, text + (fraction > 0 && fraction < 1 ? ", " + left(fraction) + " left" : ""));
  }

  /**
   * Says how far the work is; drops the line if the last one is recent, but for the end.
   *
   * @param fraction in [0, 1]
   * @param text figures
   */
  synchronized void show(double fraction, String text) {
    long now = System.nanoTime();
    boolean end = fraction >= 1;
    if (!end && now - last < (terminal.interactive() ? TERMINAL_NANOS : PLAIN_NANOS)) {
      return;
    }
    last = now;
    String percent = String.format(Locale.ROOT, "%3d %%", (int) Math.floor(fraction * 100));
    if (terminal.interactive()) {
      rewrite(fitting(fraction, percent, text));
    } else {
      terminal.err().println(prefix + " " + percent + "  " + text);
      terminal.err().flush();
    }
  }

  /** With as much of a bar as there is room for; a line that wraps could not be rewritten. */
  private String fitting(double fraction, String percent, String text) {
    int room = terminal.columns() - 1;
    int cells = Math.min(CELLS, room - prefix.length() - percent.length() - text.length() - 6);
    String bar = "";
    if (cells >= 4) {
      int full = (int) Math.min(cells, Math.floor(fraction * cells));
      bar = " [" + "#".repeat(full) + ".".repeat(cells - full) + "]";
    }
    String line = prefix + bar + " " + percent + "  " + text;
    return line.length() <= room ? line : line.substring(0, room);
  }

  /** A line that stays. */
  synchronized void note(String line) {
    if (width > 0) {
      rewrite("");
      terminal.err().print("\r");
      width = 0;
    }
    terminal.err().println(line);
    terminal.err().flush();
  }

  private String left(double fraction) {
    double seconds = (System.nanoTime() - start) / 1e9;
    return duration(seconds / fraction - seconds);
  }

  /** {@code 45 s}, {@code 3 min 20 s}, {@code 2 h 05 min}. */
  static String duration(double seconds) {
    long s = Math.max(0, Math.round(seconds));
    if (s < 60) {
      return s + " s";
    }
    return s < 3600
        ? String.format(Locale.ROOT, "%d min %02d s", s / 60, s % 60)
        : String.format(Locale.ROOT, "%d h %02d min", s / 3600, s % 3600 / 60);
  }

  private void rewrite(String line) {
    terminal.err().print("\r" + line + " ".repeat(Math.max(0, width - line.length())));
    terminal.err().flush();
    width = line.length();
  }

  /** Ends the rewritten line, if there is one. */
  @Override
  public synchronized void close() {
    if (width > 0) {
      terminal.err().println();
      width = 0;
    }
  }
}
