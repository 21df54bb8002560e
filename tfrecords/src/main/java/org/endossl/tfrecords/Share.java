package org.endossl.tfrecords;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One process' share of the videos where several work on a data set: every count-th from the
 * index-th on. No video is in two shares, and each is in one.
 *
 * @param index from 0
 * @param count how many processes there are
 */
public record Share(int index, int count) {

  /** All videos. */
  public static final Share ALL = new Share(0, 1);

  private static final Pattern TEXT = Pattern.compile("(\\d{1,6})/(\\d{1,6})");

  public Share {
    if (count < 1 || index < 0 || index >= count) {
      throw new IllegalArgumentException(
          "shard: got " + (index + 1) + "/" + count + ", wanted K/N with K from 1 to N");
    }
  }

  /** Of {@code K/N}, K from 1 to N. */
  public static Share parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "shard: got " + Quoted.of(text) + ", wanted K/N with K from 1 to N, such as 1/4");
    }
    return new Share(Integer.parseInt(matcher.group(1)) - 1, Integer.parseInt(matcher.group(2)));
  }

  /**
   * Those that are in this share.
   *
   * @param videos sorted, the same in every process
   * @throws IllegalArgumentException if there are none
   */
  public List<String> of(List<String> videos) {
    if (index >= videos.size()) {
      throw new IllegalArgumentException(
          "shard: got "
              + (index + 1)
              + "/"
              + count
              + ", but there are "
              + videos.size()
              + " videos; wanted a process per video at most");
    }
    List<String> some = new ArrayList<>();
    for (int i = index; i < videos.size(); i += count) {
      some.add(videos.get(i));
    }
    return List.copyOf(some);
  }
}
