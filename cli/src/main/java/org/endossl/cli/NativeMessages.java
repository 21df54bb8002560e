package org.endossl.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Keeps what the native library writes to the process's error stream off the screen. Some of its
 * messages are written before any level can be set, so the stream itself is turned away: this
 * program goes on through a second descriptor of the same terminal or pipe, and the first one is
 * closed, which the JDK does for standard streams by pointing them at {@code /dev/null}.
 */
final class NativeMessages {
  private static final Path ERROR = Path.of("/proc/self/fd/2");

  private NativeMessages() {}

  /**
   * Hides them where that can be done.
   *
   * @param err the error stream in use
   * @return the error stream to use from now on
   */
  static PrintStream hide(PrintStream err) {
    try {
      String target = Files.readSymbolicLink(ERROR).toString();
      // A file would be written at two places at once: there the messages stay.
      if (!target.startsWith("pipe:") && !target.startsWith("/dev/")) {
        return err;
      }
      FileOutputStream second = new FileOutputStream(ERROR.toFile(), true);
      new FileOutputStream(FileDescriptor.err).close();
      return new PrintStream(second, true, StandardCharsets.UTF_8);
    } catch (IOException | UnsupportedOperationException e) {
      return err; // another system, or a stream that cannot be opened again
    }
  }
}
