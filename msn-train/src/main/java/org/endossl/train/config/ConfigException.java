package org.endossl.train.config;

/**
 * A configuration that cannot be used; the message names file, line, key, what was got and wanted.
 */
public final class ConfigException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  ConfigException(String message) {
    super(message);
  }

  ConfigException(String message, Throwable cause) {
    super(message, cause);
  }
}
