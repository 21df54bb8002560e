package org.endossl.cli;

import java.io.PrintStream;

/**
 * Where a command prints.
 *
 * @param out results, for people and for pipes
 * @param err progress and errors
 * @param columns of the terminal behind {@code err}, whose last line may be rewritten; 0 if it is
 *     none
 * @param stop Ctrl-C
 */
record Terminal(PrintStream out, PrintStream err, int columns, StopSignal stop) {
  /** Whether there is a line that may be rewritten. */
  boolean interactive() {
    return columns > 0;
  }
}
