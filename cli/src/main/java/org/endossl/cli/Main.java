package org.endossl.cli;

import java.io.PrintStream;
import java.util.List;

/** The entry point of {@code ./endossl}. */
public final class Main {
  private Main() {}

  /**
   * Runs one command and ends the process with its exit code.
   *
   * @param args the command and its options
   */
  @SuppressForbidden("owns the process and its streams")
  public static void main(String[] args) {
    boolean interactive = Boolean.getBoolean("endossl.terminal");
    int code = run(List.of(args), new Terminal(System.out, System.err, interactive));
    System.out.flush();
    System.exit(code);
  }

  /**
   * Runs one command in this process.
   *
   * @param args the command and its options
   * @param out where results go
   * @param err where progress and errors go
   * @return 0 done, 1 a bar missed, 2 wrong use, 3 bad data, 4 environment
   */
  public static int run(List<String> args, PrintStream out, PrintStream err) {
    return run(args, new Terminal(out, err, false));
  }

  private static int run(List<String> args, Terminal terminal) {
    if (args.isEmpty() || Overview.wanted(args.get(0))) {
      Overview.print(terminal.out(), args.size() > 1 ? args.get(1) : "");
      return ExitCode.DONE;
    }
    if (args.get(0).equals("--version")) {
      terminal.out().println("endossl " + Version.text());
      return ExitCode.DONE;
    }
    String name = "";
    boolean verbose = args.contains("--verbose");
    try {
      CommandName command = CommandName.of(args);
      name = command.text();
      return CommandLine.run(command, args.subList(command.words(), args.size()), terminal);
    } catch (Throwable e) { // every failure becomes a line and an exit code
      return Failure.of(e).report(terminal.err(), name, verbose);
    }
  }
}
