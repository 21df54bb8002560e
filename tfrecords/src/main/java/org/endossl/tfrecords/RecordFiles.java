package org.endossl.tfrecords;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;

/** Finds record files: named ones, those that a glob matches, those of a directory. */
public final class RecordFiles {

  /** What is taken from a directory: {@code x.tfrecord}, {@code x-00003-of-00080.tfrecord.gz}. */
  private static final Pattern RECORDS =
      Pattern.compile(".*\\.tfrecords?(-\\d{5}-of-\\d{5})?(\\.gz|\\.zlib)?");

  private static final Pattern GLOB = Pattern.compile("[*?\\[{]");

  private RecordFiles() {}

  /**
   * The files of all patterns, sorted by path, each once.
   *
   * @param patterns files, globs (as {@link FileSystems} define them, {@code **} over directories),
   *     directories (their {@code *.tfrecord}, {@code *.tfrecords}, both also compressed or
   *     sharded; not their subdirectories)
   * @throws DataException when a pattern finds nothing or a directory lacks shards
   */
  public static List<Path> list(List<String> patterns) throws IOException {
    if (patterns.isEmpty()) {
      throw new DataException("record files: none named, wanted files, globs or directories");
    }
    SortedMap<Path, Path> found = new TreeMap<>();
    for (String pattern : patterns) {
      for (Path file : one(pattern)) {
        found.putIfAbsent(file.toAbsolutePath().normalize(), file);
      }
    }
    return List.copyOf(found.values());
  }

  private static List<Path> one(String pattern) throws IOException {
    Path path = null;
    try {
      path = Path.of(pattern);
    } catch (InvalidPathException e) {
      throw new DataException(Quoted.of(pattern) + ": not a path", e);
    }
    if (Files.isDirectory(path)) {
      List<Path> files = matching(path, 1, file -> RECORDS.matcher(name(file)).matches());
      if (files.isEmpty()) {
        throw new DataException(
            pattern
                + ": no record files in this directory, looked for *.tfrecord, *.tfrecords,"
                + " *.tfrecord.gz, *-00000-of-00001.tfrecord; name the files or a glob");
      }
      Shards.requireAll(path, files);
      return files;
    }
    if (Files.exists(path) || !GLOB.matcher(pattern).find()) {
      requireFile(path);
      return List.of(path);
    }
    return glob(pattern);
  }

  private static List<Path> glob(String pattern) throws IOException {
    int wild = pattern.indexOf('/', 0);
    int base = -1;
    while (wild >= 0 && !GLOB.matcher(pattern.substring(0, wild)).find()) {
      base = wild;
      wild = pattern.indexOf('/', wild + 1);
    }
    Path root = Path.of(base < 0 ? "" : pattern.substring(0, base + 1));
    PathMatcher matcher;
    try {
      matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern.replaceAll("/+", "/"));
    } catch (PatternSyntaxException e) {
      throw new DataException(pattern + ": not a glob (" + e.getDescription() + ")", e);
    }
    int depth = pattern.contains("**") ? Integer.MAX_VALUE : slashes(pattern, base + 1) + 1;
    List<Path> files =
        Files.isDirectory(root)
            ? matching(root, depth, file -> matcher.matches(file) && !isSideFile(file))
            : List.of();
    if (files.isEmpty()) {
      throw new DataException(pattern + ": no file matches, looked in " + root.toAbsolutePath());
    }
    return files;
  }

  private static int slashes(String text, int from) {
    return (int) text.chars().skip(from).filter(c -> c == '/').count();
  }

  private static boolean isSideFile(Path file) {
    String name = name(file);
    return name.endsWith(".part")
        || name.endsWith(FrameIndex.SIDE_FILE_SUFFIX)
        || name.equals(PhaseOrder.SIDE_FILE);
  }

  private interface Test {
    boolean takes(Path file);
  }

  private static List<Path> matching(Path root, int depth, Test test) throws IOException {
    try (Stream<Path> walk = Files.walk(root, depth)) {
      List<Path> files = new ArrayList<>();
      walk.filter(file -> test.takes(file) && Files.isRegularFile(file))
          .sorted()
          .forEach(files::add);
      return files;
    } catch (java.io.UncheckedIOException e) {
      throw new DataException(root + ": cannot be listed (" + e.getMessage() + ")", e);
    }
  }

  private static String name(Path file) {
    return String.valueOf(file.getFileName());
  }

  /** Refuses what is not a file that exists. */
  public static void requireFile(Path file) throws DataException {
    if (!Files.exists(file)) {
      throw new DataException(file + ": no such file; check the path");
    }
    if (Files.isDirectory(file)) {
      throw new DataException(file + ": is a directory, wanted a file");
    }
    if (!Files.isReadable(file)) {
      throw new DataException(file + ": may not be read; change its permissions");
    }
  }
}
