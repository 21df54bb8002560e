package org.endossl.cli;

import java.nio.file.Path;

/** Where the program is installed: the folder of {@code ./endossl}. */
final class Home {
  private Home() {}

  /** A file that comes with the program, such as a configuration. */
  static Path file(String name) {
    String home = System.getProperty("endossl.home", "");
    return Path.of("").toAbsolutePath().equals(Path.of(home).toAbsolutePath())
        ? Path.of(name)
        : Path.of(home, name);
  }
}
