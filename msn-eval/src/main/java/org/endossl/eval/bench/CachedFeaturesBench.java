package org.endossl.eval.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.endossl.eval.features.FeatureSet;

/**
 * Reading features that were kept, beside reading the same bytes and doing nothing with them, in
 * turn. Files that were just read are in the page cache: the figures are of memory and processor,
 * an upper bound of what a disk gives.
 */
public final class CachedFeaturesBench {
  private static final int BUFFER = 1 << 20;

  private CachedFeaturesBench() {}

  /**
   * What was measured; medians of the rounds.
   *
   * @param frames rows of features
   * @param width values in a row
   * @param bytes of the three files
   * @param rawMegabytesPerSecond the bytes alone, in pieces of a MiB
   * @param featuresMegabytesPerSecond matrix and table of frames, checked and in memory
   * @param featuresSeconds the same, for all
   */
  public record Figures(
      int frames,
      int width,
      long bytes,
      double rawMegabytesPerSecond,
      double featuresMegabytesPerSecond,
      double featuresSeconds) {}

  /**
   * Measures.
   *
   * @param directory made by {@code endossl features}, or one of its cache
   * @param rounds of both; the first two do not count
   */
  public static Figures run(Path directory, int rounds) throws IOException {
    if (rounds < 3) {
      throw new IllegalArgumentException("rounds: got " + rounds + ", wanted at least 3");
    }
    FeatureSet features = FeatureSet.read(directory);
    long bytes = 0;
    for (String file : FeatureSet.FILES) {
      bytes += Files.size(directory.resolve(file));
    }
    double[] raw = new double[rounds - 2];
    double[] whole = new double[rounds - 2];
    for (int i = 0; i < rounds; i++) {
      long start = System.nanoTime();
      long read = raw(directory);
      long between = System.nanoTime();
      FeatureSet again = FeatureSet.read(directory);
      long end = System.nanoTime();
      if (read != bytes || again.matrix().rows() != features.matrix().rows()) {
        throw new IOException(directory + ": changed while it was read");
      } else if (i >= 2) {
        raw[i - 2] = (between - start) * 1e-9;
        whole[i - 2] = (end - between) * 1e-9;
      }
    }
    double seconds = median(whole);
    return new Figures(
        features.matrix().rows(),
        features.matrix().columns(),
        bytes,
        bytes / median(raw) * 1e-6,
        bytes / seconds * 1e-6,
        seconds);
  }

  private static long raw(Path directory) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
    long bytes = 0;
    for (String file : FeatureSet.FILES) {
      try (FileChannel channel = FileChannel.open(directory.resolve(file))) {
        for (int n = 0; n >= 0; n = channel.read(buffer.clear())) {
          bytes += n;
        }
      }
    }
    return bytes;
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int half = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }
}
