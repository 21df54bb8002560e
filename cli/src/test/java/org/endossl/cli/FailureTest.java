package org.endossl.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.endossl.model.WeightsException;
import org.endossl.tfrecords.DataException;
import org.endossl.tfrecords.MissingProgramException;
import org.endossl.train.MissingDevicesException;
import org.junit.jupiter.api.Test;

final class FailureTest {
  @Test
  void theCallersFault_isTwo() {
    assertEquals(2, code(new IllegalArgumentException("x")));
    assertEquals(2, code(new UsageException("x")));
  }

  @Test
  void theFilesFault_isThree() {
    assertEquals(3, code(new DataException("x")));
    assertEquals(3, code(new WeightsException("x")));
    assertEquals(3, code(new NoSuchFileException("x")));
    assertEquals(3, code(new UncheckedIOException(new IOException("x"))));
  }

  @Test
  void theMachinesFault_isFour() {
    assertEquals(4, code(new FileSystemException("f", null, "No space left on device")));
    assertEquals(4, code(new IOException("f: no space left on the disk; free some")));
    assertEquals(4, code(new AccessDeniedException("f")));
    assertEquals(4, code(new MissingProgramException("x")));
    assertEquals(4, code(new EnvironmentException("x")));
    assertEquals(4, code(new MissingDevicesException("x")));
    assertEquals("x", Failure.of(new MissingDevicesException("x")).line());
    assertEquals(4, code(new UnsatisfiedLinkError("x")));
    assertEquals(4, code(new OutOfMemoryError("x")));
    assertEquals(4, code(new IllegalStateException("x")));
  }

  @Test
  void theStackTrace_isShownOnlyWhenAskedFor() {
    assertFalse(report(false).contains("\tat "));
    assertEquals(1, report(false).lines().count());
    assertTrue(report(true).contains("\tat "));
  }

  private static int code(Throwable e) {
    return Failure.of(e).code();
  }

  private static String report(boolean verbose) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Failure.of(new DataException("two\nlines"))
        .report(new PrintStream(bytes, true, StandardCharsets.UTF_8), "x", verbose);
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
