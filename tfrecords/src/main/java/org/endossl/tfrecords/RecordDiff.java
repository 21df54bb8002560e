package org.endossl.tfrecords;

import com.google.common.hash.HashCode;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * In what two sets of records differ, whatever files they lie in. Frames are the same frame by
 * video and number; phases are compared by name, so that the same data in two orders are equal.
 */
public final class RecordDiff {

  private final LongConsumer listener;
  private long done;

  /** How a frame differs. */
  public enum Kind {
    /** Only the first set has it. */
    MISSING,
    /** Only the second set has it. */
    ADDED,
    /** Phase, instruments or the number of frames differ. */
    LABELS,
    /** The image decodes to other pixels, or does not have the same size. */
    PIXELS,
    /** The image has other bytes that decode to the same pixels. */
    BYTES
  }

  /**
   * One difference.
   *
   * @param kind which
   * @param videoId the frame's video
   * @param frameId its number there
   * @param what both sides for labels and sizes, else empty
   */
  public record Difference(Kind kind, String videoId, long frameId, String what) {

    @Override
    public String toString() {
      return kind.name().toLowerCase(java.util.Locale.ROOT)
          + " "
          + videoId
          + "/"
          + frameId
          + (what.isEmpty() ? "" : ": " + what);
    }
  }

  /**
   * What was found.
   *
   * @param first frames of the first set
   * @param second frames of the second set
   * @param differences by video, frame and kind
   */
  public record Report(long first, long second, List<Difference> differences) {

    public Report {
      differences = List.copyOf(differences);
    }

    /** How many differences there are of a kind. */
    public long count(Kind kind) {
      return differences.stream().filter(d -> d.kind() == kind).count();
    }

    /** Whether the sets hold the same frames with the same labels and pixels. */
    public boolean same() {
      return differences.stream().allMatch(d -> d.kind() == Kind.BYTES);
    }

    /** Counts by kind, then every difference. */
    public JsonObject toJson() {
      JsonObject json = new JsonObject();
      json.addProperty("first_frames", first);
      json.addProperty("second_frames", second);
      json.addProperty("same", same());
      JsonArray all = new JsonArray();
      for (Kind kind : Kind.values()) {
        json.addProperty(kind.name().toLowerCase(java.util.Locale.ROOT), count(kind));
      }
      for (Difference d : differences) {
        JsonObject one = new JsonObject();
        one.addProperty("kind", d.kind().name().toLowerCase(java.util.Locale.ROOT));
        one.addProperty("video_id", d.videoId());
        one.addProperty("frame_id", d.frameId());
        one.addProperty("what", d.what());
        all.add(one);
      }
      json.add("differences", all);
      return json;
    }
  }

  private record Key(String videoId, long frameId) {}

  private record Seen(HashCode hash, int width, int height) {}

  private RecordDiff(LongConsumer listener) {
    this.listener = listener;
  }

  /**
   * Compares two sets of files.
   *
   * @param bad what is done about bad records of either
   * @param pixels whether images whose bytes differ are decoded; else they count as other pixels
   * @param listener told how many records were read of both sets
   */
  public static Report run(
      List<Path> first, List<Path> second, BadRecords bad, boolean pixels, LongConsumer listener)
      throws IOException {
    FrameIndex a = FrameIndex.scan(first, bad, bytes -> {});
    FrameIndex b = FrameIndex.scan(second, bad, bytes -> {});
    return new RecordDiff(listener).run(a, b, pixels);
  }

  private Report run(FrameIndex a, FrameIndex b, boolean pixels) throws IOException {
    Map<Key, FrameIndex.Entry> left = byKey(a);
    Map<Key, FrameIndex.Entry> right = byKey(b);
    List<Difference> differences = new ArrayList<>();
    left.forEach((key, entry) -> one(Kind.MISSING, key, right.get(key), differences));
    right.forEach((key, entry) -> one(Kind.ADDED, key, left.get(key), differences));
    left.keySet().retainAll(right.keySet());
    right.keySet().retainAll(left.keySet());
    left.forEach(
        (key, entry) -> {
          FrameIndex.Entry other = right.getOrDefault(key, entry);
          String from = labels(entry, a.phaseOrder());
          String to = labels(other, b.phaseOrder());
          if (!from.equals(to)) {
            differences.add(
                new Difference(Kind.LABELS, key.videoId(), key.frameId(), from + " became " + to));
          }
        });
    images(left, right, pixels, differences);
    differences.sort(
        Comparator.comparing(Difference::videoId)
            .thenComparing(Difference::frameId)
            .thenComparing(Difference::kind));
    return new Report(a.entries().size(), b.entries().size(), differences);
  }

  private static void one(
      Kind kind, Key key, FrameIndex.@Nullable Entry other, List<Difference> differences) {
    if (other == null) {
      differences.add(new Difference(kind, key.videoId(), key.frameId(), ""));
    }
  }

  private void images(
      Map<Key, FrameIndex.Entry> left,
      Map<Key, FrameIndex.Entry> right,
      boolean pixels,
      List<Difference> differences)
      throws IOException {
    Map<Key, Seen> before = read(left.values(), RecordDiff::bytes);
    Map<Key, Seen> after = read(right.values(), RecordDiff::bytes);
    Set<Key> changed =
        left.keySet().stream()
            .filter(key -> !seen(before, key).equals(seen(after, key)))
            .collect(Collectors.toSet());
    if (pixels) {
      left.keySet().retainAll(changed);
      right.keySet().retainAll(changed);
      before.putAll(read(left.values(), RecordDiff::pixels));
      after.putAll(read(right.values(), RecordDiff::pixels));
    }
    for (Key key : changed) {
      Seen from = seen(before, key);
      Seen to = seen(after, key);
      boolean resized = from.width() != to.width() || from.height() != to.height();
      differences.add(
          new Difference(
              pixels && from.equals(to) ? Kind.BYTES : Kind.PIXELS,
              key.videoId(),
              key.frameId(),
              resized
                  ? from.width() + "x" + from.height() + " became " + to.width() + "x" + to.height()
                  : ""));
    }
  }

  private static Seen seen(Map<Key, Seen> seen, Key key) {
    return java.util.Objects.requireNonNull(seen.get(key));
  }

  private interface Look {
    Seen at(FrameRecord frame, Place place) throws IOException;
  }

  private static Seen bytes(FrameRecord frame, Place place) {
    return new Seen(Hashing.murmur3_128().hashBytes(frame.image()), 0, 0);
  }

  private static Seen pixels(FrameRecord frame, Place place) throws IOException {
    BufferedImage image = Images.decode(frame.image(), place.toString());
    Hasher hasher = Hashing.murmur3_128().newHasher();
    for (int rgb : Images.rgb(image)) {
      hasher.putInt(rgb);
    }
    return new Seen(hasher.hash(), image.getWidth(), image.getHeight());
  }

  /** Reads the entries file by file, as they lie there. */
  private Map<Key, Seen> read(Iterable<FrameIndex.Entry> entries, Look look) throws IOException {
    Map<Path, List<FrameIndex.Entry>> byFile = new LinkedHashMap<>();
    for (FrameIndex.Entry entry : entries) {
      byFile.computeIfAbsent(entry.file(), file -> new ArrayList<>()).add(entry);
    }
    Map<Key, Seen> seen = new ConcurrentHashMap<>();
    Parallel.map(
        List.copyOf(byFile.entrySet()),
        file -> {
          file.getValue().sort(Comparator.comparingLong(FrameIndex.Entry::offset));
          try (EntryReader reader = EntryReader.open(file.getKey())) {
            for (FrameIndex.Entry entry : file.getValue()) {
              seen.put(key(entry), look.at(reader.frame(entry), entry.place()));
              tell();
            }
          }
          return file;
        });
    return seen;
  }

  private synchronized void tell() {
    done++;
    listener.accept(done);
  }

  private static Map<Key, FrameIndex.Entry> byKey(FrameIndex index) {
    Map<Key, FrameIndex.Entry> byKey = new LinkedHashMap<>();
    index.entries().forEach(entry -> byKey.put(key(entry), entry));
    return byKey;
  }

  private static Key key(FrameIndex.Entry entry) {
    return new Key(entry.videoId(), entry.frameId());
  }

  private static String labels(FrameIndex.Entry entry, PhaseOrder order) {
    return order.names().get(entry.phase())
        + ", instruments "
        + entry.instruments()
        + ", "
        + entry.totalFrames()
        + " frames in all";
  }
}
