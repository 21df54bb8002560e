package org.endossl.tfrecords.prepare;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.endossl.tfrecords.DataException;
import org.endossl.tfrecords.convert.ConvertProgress;
import org.endossl.tfrecords.convert.ConvertReport;
import org.endossl.tfrecords.convert.ConvertRequest;
import org.endossl.tfrecords.convert.FramesConverter;
import org.jspecify.annotations.Nullable;

/**
 * Download, checksum, unpacking, conversion. Each stage that is done already is passed over, so
 * that running it again goes on where it was.
 */
public final class Preparation {

  private static final int DEPTH = 4;

  private Preparation() {}

  /** Told how far it is. */
  public interface Listener {

    /** A stage begins, or something worth a line happened. */
    void note(String what);

    /** Bytes of the archive came; {@code total} is -1 when it is not known. */
    void downloaded(long done, long total);

    /** Files were unpacked. */
    void unpacked(long entries, long bytes);

    /** Frames were converted. */
    void converted(ConvertProgress progress);
  }

  /**
   * What was made.
   *
   * @param root the directory with the annotations
   * @param report of the conversion, or null when there was none
   */
  public record Prepared(Path root, @Nullable ConvertReport report) {}

  /**
   * Runs all stages.
   *
   * @throws DataException when the archive has another checksum, is damaged, is refused, or holds
   *     no Cholec80
   * @throws DownloadException when the server cannot be reached
   */
  public static Prepared run(PrepareRequest request, Listener listener) throws IOException {
    if (Files.exists(request.unpacked())) {
      listener.note(request.unpacked() + " is there, taken as it is");
    } else {
      unpack(request, listener);
    }
    Path root = root(request.unpacked());
    ConvertRequest convert = request.convert();
    if (convert == null) {
      return new Prepared(root, null);
    }
    listener.note("converting " + root);
    return new Prepared(root, FramesConverter.run(convert.withInput(root), listener::converted));
  }

  private static void unpack(PrepareRequest request, Listener listener) throws IOException {
    Checksum checksum = request.checksum();
    URI url = request.url();
    if (url != null) {
      listener.note("downloading " + url);
      Download.run(
          DownloadRequest.of(url, request.archive(), checksum),
          new Download.Listener() {
            @Override
            public void bytes(long done, long total) {
              listener.downloaded(done, total);
            }

            @Override
            public void retry(String why) {
              listener.note(why);
            }
          });
    } else if (checksum != null) {
      listener.note("checking " + request.archive());
      checksum.verify(request.archive(), bytes -> {});
    }
    listener.note("unpacking " + request.archive());
    Path parent = request.unpacked().toAbsolutePath().getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    Unpack.run(request.archive(), request.unpacked(), request.limits(), listener::unpacked);
    if (url != null && !request.keepArchive()) {
      Files.delete(request.archive());
    }
  }

  /** The directory with annotations and videos or frames: the one given, or one below it. */
  private static Path root(Path unpacked) throws IOException {
    List<Path> found;
    try (Stream<Path> all = Files.walk(unpacked, DEPTH)) {
      found =
          all.filter(p -> Files.isDirectory(p.resolve("phase_annotations")))
              .filter(
                  p ->
                      Files.isDirectory(p.resolve("videos"))
                          || Files.isDirectory(p.resolve("frames")))
              .sorted()
              .toList();
    }
    if (found.size() != 1) {
      throw new DataException(
          unpacked
              + ": "
              + (found.isEmpty() ? "no directory" : found.size() + " directories")
              + " with phase_annotations/ and videos/ or frames/, wanted one");
    }
    return found.get(0);
  }
}
