package org.endossl.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The entry point of {@code ./endossl}. */
public final class Main {
  private static final int SECONDS_TO_STOP = 120;

  private Main() {}

  /**
   * Runs one command and ends the process with its exit code.
   *
   * @param args the command and its options
   */
  @SuppressForbidden("owns the process and its streams")
  public static void main(String[] args) {
    int columns = Integer.getInteger("endossl.terminal", 0);
    CountDownLatch ended = new CountDownLatch(1);
    Thread work = Thread.currentThread();
    StopSignal stop = new StopSignal();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> endCleanly(stop, work, ended)));
    InterruptSignal.handle(stop, work, Main::leave);
    // Buffered: records inspect prints a line per record.
    PrintStream out =
        new PrintStream(
            new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), 1 << 16),
            false,
            StandardCharsets.UTF_8);
    List<String> words = List.of(args);
    PrintStream err = words.contains("--verbose") ? System.err : NativeMessages.hide(System.err);
    int code = run(words, new Terminal(out, err, columns, stop));
    out.flush();
    ended.countDown();
    System.exit(code);
  }

  /** At the second Ctrl-C. What was being written has a name that no one takes for complete. */
  @SuppressForbidden("leaves at once")
  private static void leave() {
    Runtime.getRuntime().halt(ExitCode.INTERRUPTED);
  }

  /** On a hang-up: lets the command notice, remove its unfinished files and say so. */
  private static void endCleanly(StopSignal stop, Thread work, CountDownLatch ended) {
    if (ended.getCount() > 0) {
      stop.request(work);
      try {
        if (!ended.await(SECONDS_TO_STOP, TimeUnit.SECONDS)) {
          return; // in a long native call; what it was writing has a .part name
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
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
    return run(args, new Terminal(out, err, 0, new StopSignal()));
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
      terminal.out().flush();
      return Failure.of(e).report(terminal.err(), name, verbose);
    }
  }
}
