package org.endossl.cli;

import java.util.Locale;
import org.endossl.eval.Progress;
import org.endossl.eval.ProgressListener;

/** Work of several stages on the progress line, each with a line of its own. */
final class StageProgress implements ProgressListener, AutoCloseable {
  private final Terminal terminal;
  private String stage = "";
  private ProgressLine line;

  StageProgress(Terminal terminal) {
    this.terminal = terminal;
    this.line = new ProgressLine(terminal, "");
    terminal.stop().poll();
  }

  @Override
  public void progress(Progress p) {
    if (terminal.stop().requested()) {
      throw new StoppedException("stopped during " + p.stage());
    }
    if (!p.stage().equals(stage)) {
      line.close();
      stage = p.stage();
      line = new ProgressLine(terminal, stage);
    }
    if (p.total() <= 0) {
      line.note(stage + ": " + p.note());
      return;
    }
    line.show((double) p.done() / p.total(), text(p));
  }

  private static String text(Progress p) {
    StringBuilder text = new StringBuilder();
    if (p.unit().equals("bytes")) {
      text.append(String.format(Locale.ROOT, "%.0f/%.0f MB", p.done() / 1e6, p.total() / 1e6));
      text.append(String.format(Locale.ROOT, "  %.0f MB/s", p.perSecond() / 1e6));
    } else {
      text.append(p.done()).append('/').append(p.total()).append(' ').append(p.unit());
      text.append(String.format(Locale.ROOT, "  %.1f %s/s", p.perSecond(), p.unit()));
    }
    if (!p.note().isEmpty()) {
      text.append("  ").append(p.note());
    }
    double left = p.secondsLeft();
    if (Double.isFinite(left) && p.done() < p.total()) {
      text.append("  ").append(ProgressLine.duration(left)).append(" left");
    }
    return text.toString();
  }

  @Override
  public void close() {
    line.close();
  }
}
