package org.endossl.tfrecords;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;

/**
 * Makes the side files of record files anew. {@link FrameIndex#scan} makes those that are not there
 * by itself; this is for doing it ahead, and for directories that are read-only afterwards.
 */
public final class RecordIndexer {

  /**
   * One file.
   *
   * @param file the record file
   * @param sideFile what was written
   * @param records how many it holds
   * @param videos of how many videos
   */
  public record Indexed(Path file, Path sideFile, long records, long videos) {}

  private RecordIndexer() {}

  /**
   * Reads the files and writes a side file beside each.
   *
   * @param listener told of each file, by one thread at a time
   * @return in the order of the files
   * @throws DataException for a bad record; its file then has no side file
   * @throws AccessDeniedException when a directory cannot be written
   */
  public static List<Indexed> run(List<Path> files, Consumer<Indexed> listener) throws IOException {
    Object lock = new Object();
    List<Indexed> indexed =
        Parallel.map(
            files,
            file -> {
              Indexed one = one(file);
              synchronized (lock) {
                listener.accept(one);
              }
              return one;
            });
    FrameIndex.scan(files); // frames that are in two files, files of two orders
    return indexed;
  }

  private static Indexed one(Path file) throws IOException {
    Path side = IndexFile.beside(file);
    RecordFiles.requireFile(file);
    Files.deleteIfExists(side);
    settle(file);
    FrameIndex index = FrameIndex.scan(List.of(file));
    if (!Files.exists(side)) {
      throw new AccessDeniedException(
          side.toString(), null, "no side file can be written in this directory");
    }
    return new Indexed(file, side, index.entries().size(), index.videos().size());
  }

  /** A file that was just written is waited for: its time of change must be able to tell. */
  private static void settle(Path file) throws IOException {
    try {
      for (int tries = 0; tries < 30 && !IndexFile.Key.of(file).isSettled(Instant.now()); tries++) {
        Thread.sleep(100);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted before " + file + " was indexed");
    }
  }
}
