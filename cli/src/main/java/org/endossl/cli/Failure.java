package org.endossl.cli;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.ReadOnlyFileSystemException;
import java.util.Objects;
import org.endossl.tfrecords.MissingProgramException;
import org.endossl.tfrecords.prepare.DownloadException;

/**
 * What a failure means: one line and an exit code.
 *
 * @param code an {@link ExitCode}
 * @param line what, got, wanted, what to do
 * @param cause where it came from, for {@code --verbose}
 */
record Failure(int code, String line, Throwable cause) {

  static Failure of(Throwable thrown) {
    Throwable e =
        thrown instanceof UncheckedIOException u ? Objects.requireNonNull(u.getCause()) : thrown;
    if (e instanceof IOException io) {
      return ofFile(io);
    }
    if (e instanceof IllegalArgumentException
        || e.getClass().getName().endsWith(".DivergedException")) {
      return new Failure(ExitCode.USAGE, message(e), e);
    }
    if (e instanceof EnvironmentException
        || e.getClass().getName().endsWith(".MissingDevicesException")) {
      return new Failure(ExitCode.ENVIRONMENT, message(e), e);
    }
    if (e instanceof OutOfMemoryError) {
      return new Failure(
          ExitCode.ENVIRONMENT,
          "out of memory ("
              + message(e)
              + "); use a smaller batch, or give Java more by ENDOSSL_JAVA_OPTS=-Xmx8g",
          e);
    }
    if (e instanceof LinkageError) {
      return new Failure(
          ExitCode.ENVIRONMENT,
          "the TensorFlow library cannot be loaded: " + message(root(e)) + "; see endossl doctor",
          e);
    }
    if (e instanceof StoppedException) {
      return new Failure(ExitCode.INTERRUPTED, message(e), e);
    }
    if (e instanceof InterruptedException) {
      return new Failure(ExitCode.INTERRUPTED, "stopped", e);
    }
    return ofTensorFlow(e);
  }

  private static Failure ofFile(IOException e) {
    String message = message(e);
    if (e instanceof ClosedByInterruptException || e instanceof InterruptedIOException) {
      return new Failure(ExitCode.INTERRUPTED, "stopped", e);
    }
    if (message.contains("no space left")) { // said by a library, with what to do
      return new Failure(ExitCode.ENVIRONMENT, message, e);
    }
    if (message.contains("No space left on device") || message.contains("Disk quota exceeded")) {
      return new Failure(ExitCode.ENVIRONMENT, message + "; free some space and run again", e);
    }
    if (e instanceof MissingProgramException || e instanceof DownloadException) {
      return new Failure(ExitCode.ENVIRONMENT, message, e);
    }
    if (e instanceof AccessDeniedException) {
      return new Failure(ExitCode.ENVIRONMENT, message + ": permission denied", e);
    }
    if (message.contains("Read-only file system")) {
      return new Failure(ExitCode.ENVIRONMENT, message + "; choose another place by --out", e);
    }
    if (e instanceof NoSuchFileException) {
      return new Failure(ExitCode.DATA, message + ": no such file or directory", e);
    }
    if (e instanceof FileAlreadyExistsException) {
      return new Failure(ExitCode.USAGE, message + ": exists already; choose another place", e);
    }
    return new Failure(ExitCode.DATA, message, e);
  }

  /** By name, so that TensorFlow's classes are not loaded by commands that do without. */
  private static Failure ofTensorFlow(Throwable e) {
    String type = e.getClass().getName();
    if (e instanceof ReadOnlyFileSystemException
        || type.endsWith(".TFResourceExhaustedException")) {
      return new Failure(ExitCode.ENVIRONMENT, message(e), e);
    }
    if (type.startsWith("org.tensorflow.exceptions.")) {
      return new Failure(ExitCode.DATA, message(e), e);
    }
    return new Failure(
        ExitCode.ENVIRONMENT,
        "an error of this program ("
            + e.getClass().getSimpleName()
            + ": "
            + message(e)
            + "); run again with --verbose and report what it prints",
        e);
  }

  /** Prints the line; returns the exit code. */
  int report(PrintStream err, String command, boolean verbose) {
    err.println("endossl" + (command.isEmpty() ? "" : " " + command) + ": " + line);
    if (code == ExitCode.USAGE && !command.isEmpty()) {
      err.println("(endossl " + command + " --help shows its options)");
    }
    if (verbose) {
      cause.printStackTrace(err);
    }
    err.flush();
    return code;
  }

  private static Throwable root(Throwable e) {
    Throwable at = e;
    while (at.getCause() != null) {
      at = at.getCause();
    }
    return at;
  }

  private static String message(Throwable e) {
    String message = e.getMessage();
    return message == null || message.isBlank()
        ? e.getClass().getSimpleName()
        : message.strip().replaceAll("\\s*\\R\\s*", " ");
  }
}
