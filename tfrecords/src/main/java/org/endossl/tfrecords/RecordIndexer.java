package org.endossl.tfrecords;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes the side files of record files anew. {@link FrameIndex#scan} makes those that are not there
 * by itself; this is for doing it ahead, and for directories that are read-only afterwards.
 */
public final class RecordIndexer {

  /**
   * One file.
   *
   * @param file the record file
   * @param sideFile what was written; null where the file has bad records
   * @param records how many it holds
   * @param videos of how many videos
   */
  public record Indexed(Path file, @Nullable Path sideFile, long records, long videos) {}

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
    return run(files, BadRecords.fail(), listener);
  }

  /**
   * As {@link #run(List, Consumer)}; where bad records are passed over, their files have no side
   * file, and those of the others serve commands that pass over bad records, too.
   */
  public static List<Indexed> run(List<Path> files, BadRecords bad, Consumer<Indexed> listener)
      throws IOException {
    Object lock = new Object();
    List<Indexed> indexed =
        Parallel.map(
            files,
            file -> {
              Indexed one = one(file, bad);
              synchronized (lock) {
                listener.accept(one);
              }
              return one;
            });
    FrameIndex.scan(files, bad, bytes -> {}); // frames that are in two files, files of two orders
    return indexed;
  }

  private static Indexed one(Path file, BadRecords bad) throws IOException {
    Path side = IndexFile.beside(file);
    RecordFiles.requireFile(file);
    Files.deleteIfExists(side);
    settle(file);
    BadRecords its = bad.skips() ? BadRecords.skip() : BadRecords.fail();
    FrameIndex index = FrameIndex.scan(List.of(file), its, bytes -> {});
    boolean there = Files.exists(side);
    if (!there && its.skipped().isEmpty()) {
      throw new AccessDeniedException(
          side.toString(), null, "no side file can be written in this directory");
    }
    return new Indexed(file, there ? side : null, index.entries().size(), index.videos().size());
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
