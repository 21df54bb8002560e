package org.endossl.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Gives damaged files to a parser: each has to be read, or refused by a {@link WeightsException},
 * in time and in memory. {@code -Dendossl.fuzz=1000000} sets the number of files for each parser,
 * {@code -Dendossl.fuzz.seed=7} what they are drawn from.
 */
public final class Fuzz {
  private static final int CHUNK = 500;
  private static final int SECONDS = 60; // for a chunk; it takes a fraction of one

  /** Reads a file and all that it holds. */
  @FunctionalInterface
  public interface Parser {
    /** Reads. */
    void read(Path file) throws IOException;
  }

  /**
   * What came out.
   *
   * @param files read or refused
   * @param read without an error
   * @param messages distinct ones, numbers and names left out, with how often each came
   */
  public record Outcome(long files, long read, Map<String, Integer> messages, double seconds) {
    public Outcome {
      messages = Map.copyOf(messages);
    }

    @Override
    public String toString() {
      return String.format(
          java.util.Locale.ROOT,
          "%d files, %d read, %d refused with %d distinct messages, %.0f s",
          files,
          read,
          files - read,
          messages.size(),
          seconds);
    }
  }

  private Fuzz() {}

  /** How many files, unless the property says another number. */
  public static long files(long usual) {
    return Long.getLong("endossl.fuzz", usual);
  }

  /**
   * Runs.
   *
   * @param file is written again and again
   * @throws AssertionError with the seed, the number of the file and what was thrown
   */
  public static Outcome run(List<byte[]> seeds, Path file, Parser parser, long files, long seed)
      throws IOException {
    Mutator mutator = new Mutator(seeds, seed);
    Map<String, Integer> messages = new HashMap<>();
    long[] read = new long[1];
    long began = System.nanoTime();
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try {
      for (long done = 0; done < files; done += CHUNK) {
        long first = done;
        long count = Math.min(CHUNK, files - done);
        thread
            .submit(
                () -> {
                  for (long i = first; i < first + count; i++) {
                    read[0] += one(mutator.next(), file, parser, messages, seed + ", file " + i);
                  }
                  return read;
                })
            .get(SECONDS, TimeUnit.SECONDS);
      }
    } catch (TimeoutException e) {
      throw new AssertionError("hangs with " + file + " after seed " + seed, e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException io) {
        throw io;
      }
      throw new AssertionError(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    } finally {
      thread.shutdownNow();
    }
    return new Outcome(files, read[0], messages, (System.nanoTime() - began) / 1e9);
  }

  private static int one(
      byte[] bytes, Path file, Parser parser, Map<String, Integer> messages, String which)
      throws IOException {
    Files.write(file, bytes);
    try {
      parser.read(file);
      return 1;
    } catch (WeightsException e) {
      messages.merge(general(String.valueOf(e.getMessage()), file), 1, Integer::sum);
      return 0;
    } catch (Throwable e) { // every other one is a fault of the parser
      throw new AssertionError(file + " (seed " + which + "): " + e, e);
    }
  }

  /** A message without what belongs to one file. */
  private static String general(String message, Path file) {
    String text = message.replace(file.toString(), "FILE").replaceAll("[0-9]+", "#");
    text = text.replaceAll("[^\\x20-\\x7e]+", "?").replaceAll("\"[^\"]*\"", "\"\"");
    return text.length() > 120 ? text.substring(0, 120) : text;
  }
}
