package org.endossl.cli;

import java.io.PrintStream;

/** The answer to {@code endossl --help}; loads no command. */
final class Overview {
  private Overview() {}

  static boolean wanted(String argument) {
    return argument.equals("--help") || argument.equals("-h") || argument.equals("help");
  }

  static void print(PrintStream out, String prefix) {
    StringBuilder text = new StringBuilder(2048);
    text.append(
        "endossl: self-supervised pre-training (MSN) for endoscopic video, and its probes\n\n");
    text.append("usage: endossl COMMAND [OPTIONS]\n\n");
    for (CommandName command : CommandName.values()) {
      if (command.text().startsWith(prefix)) {
        text.append("  ").append(command.text());
        text.append(" ".repeat(Math.max(1, 18 - command.text().length())));
        text.append(command.summary()).append('\n');
      }
    }
    text.append("\nendossl COMMAND --help explains a command and shows an example;\n");
    text.append("every command takes --verbose (stack traces, TensorFlow's own messages).\n");
    text.append("Exit codes: 0 done, 1 a bar missed, 2 wrong use, 3 bad data, 4 environment.\n");
    out.print(text);
    out.flush();
  }
}
