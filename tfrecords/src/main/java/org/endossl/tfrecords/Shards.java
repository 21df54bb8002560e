package org.endossl.tfrecords;

import java.nio.file.Path;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sharded files' names: {@code name-00003-of-00080.tfrecord}, counted from 0. */
public final class Shards {

  private static final Pattern NAME = Pattern.compile("(.*)-(\\d{5})-of-(\\d{5})(.*)");

  private Shards() {}

  /**
   * The name of one shard.
   *
   * @param stem what stands before the numbers
   * @param shard from 0
   * @param of how many there are
   * @param ending such as {@code .tfrecord.gz}
   */
  public static String name(String stem, int shard, int of, String ending) {
    if (shard < 0 || shard >= of || of > 99_999) {
      throw new IllegalArgumentException("shard: got " + shard + " of " + of);
    }
    return String.format(Locale.ROOT, "%s-%05d-of-%05d%s", stem, shard, of, ending);
  }

  /** Refuses a directory in which shards of a set are missing. */
  static void requireAll(Path directory, Collection<Path> files) throws DataException {
    Map<String, NavigableSet<Integer>> sets = new TreeMap<>();
    for (Path file : files) {
      Matcher name = NAME.matcher(String.valueOf(file.getFileName()));
      if (name.matches()) {
        String set = name.group(1) + "-*-of-" + name.group(3) + name.group(4);
        sets.computeIfAbsent(set, key -> new TreeSet<>()).add(Integer.valueOf(name.group(2)));
      }
    }
    for (Map.Entry<String, NavigableSet<Integer>> set : sets.entrySet()) {
      int of = Integer.parseInt(NAME_OF.matcher(set.getKey()).replaceAll("$1"));
      for (int i = 0; i < of; i++) {
        if (!set.getValue().contains(i)) {
          throw new DataException(
              String.format(
                  Locale.ROOT,
                  "%s: %s has %d of %d shards, the first missing is %05d; copy it or use a glob",
                  directory,
                  set.getKey(),
                  set.getValue().size(),
                  of,
                  i));
        }
      }
    }
  }

  private static final Pattern NAME_OF = Pattern.compile(".*-\\*-of-(\\d{5}).*");
}
