package org.endossl.tfrecords;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Work on several files at a time. */
public final class Parallel {

  private static final int MOST = 8;
  private static final int PATIENCE_SECONDS = 10;

  private Parallel() {}

  /** What is done to one of them. */
  public interface Work<T, R> {
    R on(T item) throws IOException;
  }

  /** As {@link #map(List, int, Work)} with a worker per core, 8 at most. */
  public static <T, R> List<R> map(List<T> items, Work<T, R> work) throws IOException {
    return map(items, Math.min(MOST, Runtime.getRuntime().availableProcessors()), work);
  }

  /**
   * The results in the order of the items.
   *
   * @param most how many items are worked on at a time
   * @throws IOException of the first item, in that order, that failed
   */
  public static <T, R> List<R> map(List<T> items, int most, Work<T, R> work) throws IOException {
    int workers = Math.min(most, items.size());
    List<R> results = new ArrayList<>();
    if (workers < 2) {
      for (T item : items) {
        results.add(work.on(item));
      }
      return results;
    }
    ExecutorService pool = Executors.newFixedThreadPool(workers);
    try {
      List<Future<R>> futures = new ArrayList<>();
      for (T item : items) {
        futures.add(pool.submit(() -> work.on(item)));
      }
      for (Future<R> future : futures) {
        results.add(get(future));
      }
      return results;
    } finally {
      pool.shutdownNow();
      awaitEnd(pool);
    }
  }

  /** After a failure the others must have removed what they began before the caller goes on. */
  private static void awaitEnd(ExecutorService pool) {
    boolean interrupted = Thread.interrupted();
    try {
      pool.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static <R> R get(Future<R> future) throws IOException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException io) {
        throw io;
      }
      if (e.getCause() instanceof RuntimeException runtime) {
        throw runtime;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while reading record files");
    }
  }
}
