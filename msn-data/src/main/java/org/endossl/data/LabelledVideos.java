package org.endossl.data;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;

/**
 * Draws the videos whose labels are used, for low-shot evaluation. Whole videos are drawn, for
 * frames of one video tell each other's labels. With one seed a smaller draw is part of a larger
 * one.
 */
public final class LabelledVideos {

  /** The shares in percent that are usually reported. */
  public static final List<Double> USUAL_PERCENT = List.of(1.0, 5.0, 12.5, 25.0, 50.0);

  private LabelledVideos() {}

  /**
   * A share of the videos, rounded to whole ones, at least one.
   *
   * @param videos ids, in any order
   * @param percent above 0 to 100
   * @return sorted
   */
  public static List<String> percent(List<String> videos, double percent, long seed) {
    if (!(percent > 0 && percent <= 100)) {
      throw new IllegalArgumentException(
          "labelled percent: got " + percent + ", wanted above 0 to 100");
    }
    return count(videos, Math.max(1, (int) Math.round(videos.size() * percent / 100)), seed);
  }

  /**
   * Some of the videos.
   *
   * @param videos ids, in any order
   * @param count how many, 1 to all
   * @return sorted
   */
  public static List<String> count(List<String> videos, int count, long seed) {
    List<String> sorted = new ArrayList<>(new TreeSet<>(videos));
    if (count < 1 || count > sorted.size()) {
      throw new IllegalArgumentException(
          "labelled videos: got " + count + ", wanted 1 to " + sorted.size());
    }
    List<String> drawn = new ArrayList<>();
    for (int i : EpochOrder.of(sorted.size(), seed, 0)) {
      drawn.add(sorted.get(i));
    }
    List<String> first = new ArrayList<>(drawn.subList(0, count));
    first.sort(Comparator.naturalOrder());
    return first;
  }
}
