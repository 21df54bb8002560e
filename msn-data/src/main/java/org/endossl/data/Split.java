package org.endossl.data;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which videos serve to train, to validate and to test; no video serves twice.
 *
 * <p>Written as in a configuration: {@code 1-40} is video01 to video40, {@code 3, video07} names
 * two, and the empty text none. endossl's split of Cholec80 is {@code 1-40}, {@code 41-48}, {@code
 * 49-80}.
 *
 * @param train video ids, ascending as they were written
 * @param validation likewise
 * @param test likewise
 */
public record Split(List<String> train, List<String> validation, List<String> test) {
  private static final Pattern RANGE = Pattern.compile("(\\d{1,9})\\s*-\\s*(\\d{1,9})");
  private static final Pattern NUMBER = Pattern.compile("\\d{1,9}");
  private static final int MOST = 100_000;

  public Split {
    train = List.copyOf(train);
    validation = List.copyOf(validation);
    test = List.copyOf(test);
    Map<String, String> seen = new HashMap<>();
    claim(seen, "train", train);
    claim(seen, "validation", validation);
    claim(seen, "test", test);
  }

  /**
   * Reads the three parts.
   *
   * @throws IllegalArgumentException if a part cannot be read or a video is named twice
   */
  public static Split of(String train, String validation, String test) {
    return new Split(parse("train", train), parse("validation", validation), parse("test", test));
  }

  /**
   * The video ids of a part.
   *
   * @param part train, validation or test
   */
  public List<String> videos(String part) {
    return switch (part) {
      case "train" -> train;
      case "validation" -> validation;
      case "test" -> test;
      default ->
          throw new IllegalArgumentException(
              "part: got \"" + part + "\", wanted train, validation or test");
    };
  }

  private static List<String> parse(String part, String text) {
    List<String> videos = new ArrayList<>();
    if (text.isBlank()) {
      return videos;
    }
    for (String piece : text.split(",", -1)) {
      String item = piece.strip();
      Matcher range = RANGE.matcher(item);
      if (item.isEmpty()) {
        throw new IllegalArgumentException(
            part + ": got \"" + text + "\", wanted videos such as \"1-40\" or \"3, video07\"");
      } else if (range.matches()) {
        addRange(videos, part, item, range);
      } else {
        videos.add(NUMBER.matcher(item).matches() ? id(Integer.parseInt(item)) : item);
      }
    }
    return videos;
  }

  private static void addRange(List<String> videos, String part, String item, Matcher range) {
    int first = Integer.parseInt(range.group(1));
    int last = Integer.parseInt(range.group(2));
    if (first > last || last - first >= MOST) {
      throw new IllegalArgumentException(
          part + ": got \"" + item + "\", wanted an ascending range of at most " + MOST);
    }
    for (int i = first; i <= last; i++) {
      videos.add(id(i));
    }
  }

  private static String id(int number) {
    return String.format(Locale.ROOT, "video%02d", number);
  }

  private static void claim(Map<String, String> seen, String part, List<String> videos) {
    for (String video : videos) {
      String other = seen.put(video, part);
      if (other != null) {
        throw new IllegalArgumentException(
            "split: "
                + video
                + " is in "
                + (other.equals(part) ? part + " twice" : other + " and in " + part)
                + "; wanted each video once");
      }
    }
  }
}
