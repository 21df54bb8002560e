package org.endossl.tfrecords.prepare;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.function.LongConsumer;
import java.util.regex.Pattern;
import org.endossl.tfrecords.DataException;

/**
 * The checksum that a file must have.
 *
 * @param algorithm MD5 or SHA-256, as the JDK calls it
 * @param hex in small hexadecimal digits
 */
public record Checksum(String algorithm, String hex) {

  private static final Pattern HEX = Pattern.compile("[0-9a-f]+");
  private static final int MD5_DIGITS = 32;
  private static final int SHA256_DIGITS = 64;
  private static final int BLOCK = 1 << 20;

  /**
   * Reads 32 (MD5) or 64 (SHA-256) hexadecimal digits, with or without {@code md5:} or {@code
   * sha256:} before them.
   *
   * @throws IllegalArgumentException when it is something else
   */
  public static Checksum parse(String text) {
    String lower = text.strip().toLowerCase(Locale.ROOT);
    String hex = lower.replaceFirst("^(md5|sha-?256):", "");
    String algorithm =
        hex.length() == MD5_DIGITS ? "MD5" : hex.length() == SHA256_DIGITS ? "SHA-256" : "";
    boolean named = !hex.equals(lower);
    boolean agrees = !named || lower.startsWith("md5") == algorithm.equals("MD5");
    if (algorithm.isEmpty() || !agrees || !HEX.matcher(hex).matches()) {
      throw new IllegalArgumentException(
          "checksum: got \""
              + text
              + "\", wanted 32 (MD5) or 64 (SHA-256) hexadecimal digits, such as md5:0123...");
    }
    return new Checksum(algorithm, hex);
  }

  /**
   * Reads a file and compares.
   *
   * @param listener told how many bytes were read
   * @throws DataException when the file has another checksum
   */
  public void verify(Path file, LongConsumer listener) throws IOException {
    MessageDigest digest = digest();
    byte[] block = new byte[BLOCK];
    long done = 0;
    try (InputStream in = Files.newInputStream(file)) {
      int got;
      while ((got = in.read(block)) > 0) {
        digest.update(block, 0, got);
        done += got;
        listener.accept(done);
      }
    }
    String found = HexFormat.of().formatHex(digest.digest());
    if (!found.equals(hex)) {
      throw new DataException(
          file
              + ": its "
              + algorithm
              + " is "
              + found
              + ", wanted "
              + hex
              + "; it is damaged or another file, download it again");
    }
  }

  private MessageDigest digest() {
    try {
      return MessageDigest.getInstance(algorithm);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(algorithm + " is missing in this Java", e);
    }
  }
}
