package org.endossl.tfrecords;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Files that appear complete or not at all. */
public final class OutputFiles {

  private OutputFiles() {}

  /** The name under which a file is written before it is complete. */
  public static Path part(Path file) {
    return file.resolveSibling(file.getFileName() + ".part");
  }

  /** What writes a file's bytes. */
  interface Content {
    void to(OutputStream out) throws IOException;
  }

  /** Writes a small file at once. */
  public static void write(Path file, byte[] bytes) throws IOException {
    write(file, out -> out.write(bytes));
  }

  /** Writes a file piece by piece; whoever writes it gathers small pieces. */
  static void write(Path file, Content content) throws IOException {
    Path part = part(file);
    try {
      try (OutputStream out = Files.newOutputStream(part)) {
        content.to(out);
      }
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      Files.deleteIfExists(part);
      throw explained(file, e);
    }
  }

  /** The same exception, or a clearer one when the disk is full. */
  public static IOException explained(Path file, IOException e) {
    if (!isNoSpace(e.getMessage())) {
      return e;
    }
    FileSystemException full =
        new FileSystemException(file.toString(), null, "No space left on device");
    full.initCause(e);
    return full;
  }

  private static boolean isNoSpace(@Nullable String message) {
    if (message == null) {
      return false;
    }
    String lower = message.toLowerCase(Locale.ROOT);
    return lower.contains("no space left")
        || lower.contains("disk quota exceeded")
        || lower.contains("not enough space");
  }
}
