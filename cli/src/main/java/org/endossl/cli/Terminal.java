package org.endossl.cli;

import java.io.PrintStream;

/**
 * Where a command prints.
 *
 * @param out results, for people and for pipes
 * @param err progress and errors
 * @param interactive whether {@code err} is a terminal on which a line may be rewritten
 * @param stop Ctrl-C
 */
record Terminal(PrintStream out, PrintStream err, boolean interactive, StopSignal stop) {}
