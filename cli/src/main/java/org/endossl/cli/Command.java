package org.endossl.cli;

import com.beust.jcommander.Parameter;

/** One command: its options are annotated fields, filled before {@link #run}. */
abstract class Command {
  @Parameter(
      names = {"--help", "-h"},
      help = true,
      description = "this text")
  boolean help;

  @Parameter(names = "--verbose", description = "stack traces and TensorFlow's own messages")
  boolean verbose;

  /** A line that works as it stands, without the leading {@code endossl}. */
  abstract String example();

  /** What the command does, beyond its summary; may be empty. */
  String details() {
    return "";
  }

  /** How the words after the options are called in the help; empty if there are none. */
  String arguments() {
    return "";
  }

  /** Whether the native library is needed; its presence is then checked before {@link #run}. */
  boolean usesTensorFlow() {
    return false;
  }

  /**
   * Does the work.
   *
   * @return an {@link ExitCode}
   * @throws Exception any failure; it becomes one line and an exit code
   */
  abstract int run(Terminal terminal) throws Exception;
}
