package org.endossl.tfrecords.prepare;

/**
 * What an archive may become.
 *
 * @param bytes of all files
 * @param entries files and directories
 * @param ratio unpacked bytes per packed byte, once 100 MB are unpacked
 */
public record UnpackLimits(long bytes, long entries, double ratio) {

  /** 1 TB, five million entries, 200 to one. */
  public static final UnpackLimits DEFAULT = new UnpackLimits(1_000_000_000_000L, 5_000_000, 200);

  public UnpackLimits {
    if (bytes < 1 || entries < 1 || !(ratio >= 1)) {
      throw new IllegalArgumentException(
          "limits: got "
              + bytes
              + " bytes, "
              + entries
              + " entries, ratio "
              + ratio
              + ", wanted at least 1 of each");
    }
  }
}
