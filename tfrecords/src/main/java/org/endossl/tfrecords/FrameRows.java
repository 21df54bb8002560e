package org.endossl.tfrecords;

import com.google.common.primitives.Ints;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.RandomAccess;
import java.util.TreeSet;
import java.util.function.IntPredicate;

/**
 * Frames of several files in some order: a list whose entries are made when they are asked for, 4
 * bytes a frame besides the columns that it shares with other orders of them.
 */
final class FrameRows extends AbstractList<FrameIndex.Entry> implements RandomAccess {

  private final List<FrameColumns> files;
  private final int[] begins; // of each file's rows, the frames of all files counted through
  private final int[] rows;

  private FrameRows(List<FrameColumns> files, int[] begins, int[] rows) {
    this.files = files;
    this.begins = begins;
    this.rows = rows;
  }

  /** All frames by video and number; equal ones as they came. */
  static FrameRows sorted(List<FrameColumns> files) {
    int[] begins = new int[files.size() + 1];
    for (int i = 0; i < files.size(); i++) {
      begins[i + 1] = Math.addExact(begins[i], files.get(i).size());
    }
    FrameRows all = new FrameRows(List.copyOf(files), begins, new int[begins[files.size()]]);
    all.sort();
    return all;
  }

  /** Video by video by counting, then by number within those videos that do not ascend. */
  private void sort() {
    TreeSet<String> names = new TreeSet<>();
    files.forEach(file -> file.videos().forEach(video -> names.add(video.id())));
    List<String> ranked = List.copyOf(names);
    int[] ends = new int[ranked.size() + 1];
    for (FrameColumns file : files) {
      int[] ranks = ranks(file, ranked);
      for (int row = 0; row < file.size(); row++) {
        ends[ranks[file.video(row)] + 1]++;
      }
    }
    Arrays.parallelPrefix(ends, Integer::sum);
    int[] begin = ends.clone();
    int number = 0;
    for (FrameColumns file : files) {
      int[] ranks = ranks(file, ranked);
      for (int row = 0; row < file.size(); row++) {
        rows[begin[ranks[file.video(row)]]++] = number++;
      }
    }
    for (int video = 0; video < ranked.size(); video++) {
      sort(ends[video], ends[video + 1]);
    }
  }

  private static int[] ranks(FrameColumns file, List<String> ranked) {
    return file.videos().stream()
        .mapToInt(video -> Collections.binarySearch(ranked, video.id()))
        .toArray();
  }

  private void sort(int from, int to) {
    for (int i = from + 1; i < to; i++) {
      if (frameId(rows[i]) < frameId(rows[i - 1])) {
        Ints.asList(rows).subList(from, to).sort(Comparator.comparingLong(this::frameId));
        return;
      }
    }
  }

  private long frameId(int number) {
    int file = file(number);
    return files.get(file).frameId(number - begins[file]);
  }

  /** The file of a frame; those without frames have no number of their own. */
  private int file(int number) {
    int found = Arrays.binarySearch(begins, number);
    int file = found < 0 ? -found - 2 : found;
    while (begins[file + 1] == number) {
      file++;
    }
    return file;
  }

  /** Those at some places, in the same order. */
  FrameRows where(IntPredicate place) {
    int[] some = new int[rows.length];
    int count = 0;
    for (int i = 0; i < rows.length; i++) {
      if (place.test(i)) {
        some[count++] = rows[i];
      }
    }
    return new FrameRows(files, begins, Arrays.copyOf(some, count));
  }

  /** The same as they lie in the files. */
  FrameRows asTheyLie() {
    int[] lying = rows.clone();
    Arrays.sort(lying);
    return new FrameRows(files, begins, lying);
  }

  /** The same in an order that is drawn. */
  FrameRows shuffled(Random random) {
    int[] drawn = rows.clone();
    Collections.shuffle(Ints.asList(drawn), random);
    return new FrameRows(files, begins, drawn);
  }

  @Override
  public FrameIndex.Entry get(int place) {
    int number = rows[place];
    int file = file(number);
    return files.get(file).entry(number - begins[file]);
  }

  @Override
  public int size() {
    return rows.length;
  }
}
