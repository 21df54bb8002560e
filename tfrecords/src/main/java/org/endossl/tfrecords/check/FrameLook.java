package org.endossl.tfrecords.check;

import com.google.common.hash.HashCode;
import com.google.common.hash.Hashing;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.endossl.tfrecords.EntryReader;
import org.endossl.tfrecords.FrameIndex;
import org.endossl.tfrecords.FrameRecord;
import org.endossl.tfrecords.Images;
import org.endossl.tfrecords.Parallel;
import org.jspecify.annotations.Nullable;

/**
 * What the image of a frame shows.
 *
 * @param entry the frame
 * @param hash of the encoded bytes
 * @param size width x height; empty where it was not decoded
 * @param brightness mean of all values, 0 to 255; not a number where it was not decoded
 * @param problem why it cannot be decoded, or null
 */
record FrameLook(
    FrameIndex.Entry entry,
    HashCode hash,
    String size,
    double brightness,
    @Nullable String problem) {

  /** Darker frames are black: a closed shutter, a camera outside without light. */
  static final double BLACK = 8;

  boolean isBlack() {
    return brightness < BLACK;
  }

  /**
   * Looks at all frames, several files at a time.
   *
   * @param every of how many frames of a file one is decoded; 0 for none
   * @param listener told how many frames are done
   * @return sorted by video and frame
   */
  static List<FrameLook> all(FrameIndex index, int every, LongConsumer listener)
      throws IOException {
    Map<Path, List<FrameIndex.Entry>> byFile = new LinkedHashMap<>();
    for (FrameIndex.Entry entry : index.entries()) {
      byFile.computeIfAbsent(entry.file(), file -> new ArrayList<>()).add(entry);
    }
    AtomicLong done = new AtomicLong();
    List<FrameLook> looks = new ArrayList<>();
    Parallel.map(List.copyOf(byFile.values()), its -> file(its, every, done, listener))
        .forEach(looks::addAll);
    looks.sort(
        Comparator.comparing((FrameLook look) -> look.entry().videoId())
            .thenComparingLong(look -> look.entry().frameId()));
    return looks;
  }

  private static List<FrameLook> file(
      List<FrameIndex.Entry> entries, int every, AtomicLong done, LongConsumer listener)
      throws IOException {
    entries.sort(Comparator.comparingLong(FrameIndex.Entry::offset));
    List<FrameLook> looks = new ArrayList<>();
    try (EntryReader reader = EntryReader.open(entries.get(0).file())) {
      for (FrameIndex.Entry entry : entries) {
        boolean decoded = every > 0 && looks.size() % every == 0;
        looks.add(at(entry, reader.frame(entry), decoded));
        synchronized (done) {
          listener.accept(done.incrementAndGet());
        }
      }
    }
    return looks;
  }

  private static FrameLook at(FrameIndex.Entry entry, FrameRecord frame, boolean decoded) {
    HashCode hash = Hashing.murmur3_128().hashBytes(frame.image());
    if (!decoded) {
      return new FrameLook(entry, hash, "", Double.NaN, null);
    }
    try {
      BufferedImage image = Images.decode(frame.image(), entry.place().toString());
      String size = image.getWidth() + "x" + image.getHeight();
      return new FrameLook(entry, hash, size, brightness(Images.rgb(image)), null);
    } catch (IOException e) {
      return new FrameLook(entry, hash, "", Double.NaN, e.getMessage());
    }
  }

  private static double brightness(int[] rgb) {
    long sum = 0;
    for (int pixel : rgb) {
      sum += (pixel >> 16) + (pixel >> 8 & 0xff) + (pixel & 0xff);
    }
    return sum / 3.0 / rgb.length;
  }
}
