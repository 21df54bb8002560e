package org.endossl.tfrecords.convert;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.endossl.tfrecords.DataException;
import org.endossl.tfrecords.ImageSize;
import org.endossl.tfrecords.video.FrameSource;
import org.jspecify.annotations.Nullable;

/**
 * Extracted frames, {@code videoNN_000001.png} and on, all or each n-th from the first. They are
 * taken in the order of their numbers, where endossl's loader takes them as the file system lists
 * them; a number that is missing would shift all labels behind it and is refused.
 */
final class FrameFolder implements FrameSource {

  private static final Pattern NAME =
      Pattern.compile(".*?(\\d{1,9})\\.(png|jpg|jpeg)", Pattern.CASE_INSENSITIVE);
  private static final long MAX_BYTES = 1 << 28;

  private final List<Path> files;
  private final @Nullable ImageSize size;
  private int next;

  private FrameFolder(List<Path> files, @Nullable ImageSize size) {
    this.files = files;
    this.size = size;
  }

  /**
   * Lists the frames.
   *
   * @param every of how many frames one is taken
   * @throws DataException when there are none or a number is missing or there twice
   */
  static FrameFolder open(Path directory, @Nullable ImageSize size, int every) throws IOException {
    SortedMap<Integer, Path> numbered = new TreeMap<>();
    List<Path> all;
    try (Stream<Path> list = Files.list(directory)) {
      all = list.sorted().toList();
    }
    for (Path file : all) {
      Matcher name = NAME.matcher(String.valueOf(file.getFileName()));
      if (name.matches() && !name.group().startsWith(".")) {
        Path before = numbered.put(Integer.valueOf(name.group(1)), file);
        if (before != null) {
          throw new DataException(
              file + ": has the number of " + before.getFileName() + "; remove one of them");
        }
      }
    }
    requireGapless(directory, numbered);
    List<Path> files = new ArrayList<>();
    int number = 0;
    for (Path file : numbered.values()) {
      if (number++ % every == 0) {
        files.add(file);
      }
    }
    return new FrameFolder(List.copyOf(files), size);
  }

  private static void requireGapless(Path directory, SortedMap<Integer, Path> numbered)
      throws DataException {
    if (numbered.isEmpty()) {
      throw new DataException(directory + ": no frames, wanted *_000001.png and on (or .jpg)");
    }
    int first = numbered.firstKey();
    if (first > 1) {
      throw new DataException(
          directory + ": the first frame has number " + first + ", wanted 1 (or 0)");
    }
    if (numbered.lastKey() - first != numbered.size() - 1) {
      int number = first;
      while (numbered.containsKey(number)) {
        number++;
      }
      throw new DataException(
          directory + ": frame number " + number + " is missing; extract the frames again");
    }
  }

  @Override
  public long frames() {
    return files.size();
  }

  @Override
  public byte @Nullable [] next() throws IOException {
    if (next == files.size()) {
      return null;
    }
    Path file = files.get(next++);
    if (Files.size(file) > MAX_BYTES) {
      throw new DataException(
          file + ": " + Files.size(file) + " bytes, wanted at most " + MAX_BYTES);
    }
    byte[] image = Files.readAllBytes(file);
    return size == null ? image : ImageResize.resize(image, size, file.toString());
  }

  @Override
  public String where() {
    return files.get(Math.max(0, next - 1)).toString();
  }

  @Override
  public List<String> warnings() {
    return List.of();
  }

  @Override
  public void close() {}
}
