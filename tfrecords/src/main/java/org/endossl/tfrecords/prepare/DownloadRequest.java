package org.endossl.tfrecords.prepare;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What is to be downloaded.
 *
 * @param url http or https
 * @param file where it goes; what is not complete is called {@code FILE.part}
 * @param checksum what it must have, or null
 * @param tries in a row that bring nothing before it is given up, {@code >= 1}
 * @param pause before the second try; doubled before each further one, at most a minute
 * @param timeout to connect, and for the server to send something
 */
public record DownloadRequest(
    URI url, Path file, @Nullable Checksum checksum, int tries, Duration pause, Duration timeout) {

  public DownloadRequest {
    String scheme = url.getScheme();
    boolean known = "http".equals(scheme) || "https".equals(scheme);
    if (!known || url.getHost() == null) {
      throw new IllegalArgumentException(
          "url: got " + url + ", wanted http://HOST/PATH or https://HOST/PATH");
    }
    if (tries < 1) {
      throw new IllegalArgumentException("tries: got " + tries + ", wanted at least 1");
    }
  }

  /** Five tries, a second's first pause, half a minute of patience. */
  public static DownloadRequest of(URI url, Path file, @Nullable Checksum checksum) {
    return new DownloadRequest(
        url, file, checksum, 5, Duration.ofSeconds(1), Duration.ofSeconds(30));
  }
}
