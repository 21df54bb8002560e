package org.endossl.tfrecords;

import static org.junit.jupiter.api.Assumptions.abort;

import java.nio.file.Files;
import java.nio.file.Path;

/** Finds the files that are not part of the repository. */
final class Golden {

  private Golden() {}

  /**
   * A folder under {@code shared/golden}: in the directory that {@code -Dendossl.shared} names,
   * else beside one of the directories above. A test is skipped when there is none.
   */
  static Path folder(String name) {
    String named = System.getProperty("endossl.shared");
    if (named != null) {
      return there(Path.of(named).resolve("golden").resolve(name), name);
    }
    Path at = Path.of("").toAbsolutePath();
    while (at != null) {
      Path folder = at.resolve("shared/golden").resolve(name);
      if (Files.isDirectory(folder)) {
        return folder;
      }
      at = at.getParent();
    }
    return abort("skipped: no shared/golden/" + name + " above; name shared by -Dendossl.shared");
  }

  private static Path there(Path folder, String name) {
    return Files.isDirectory(folder) ? folder : abort("skipped: no " + name + " at " + folder);
  }
}
