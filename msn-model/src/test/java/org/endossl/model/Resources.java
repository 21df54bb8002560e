package org.endossl.model;

import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;

/** Files of src/test/resources. */
final class Resources {
  private Resources() {}

  static Path path(String name) {
    URL url = Resources.class.getResource(name);
    if (url == null) {
      throw new IllegalStateException("no resource " + name);
    }
    try {
      return Path.of(url.toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
