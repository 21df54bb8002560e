package org.endossl.tfrecords.check;

import java.util.List;

/**
 * What one check found.
 *
 * @param check its name
 * @param level how it ended
 * @param summary in one line
 * @param details one by one; empty where the summary says it all
 */
public record Finding(String check, Level level, String summary, List<String> details) {

  /** How a check ended. */
  public enum Level {
    /** Nothing to say. */
    GOOD,
    /** Worth knowing, may be right. */
    NOTE,
    /** Not as it must be. */
    WRONG
  }

  public Finding {
    details = List.copyOf(details);
  }

  static Finding good(String check, String summary) {
    return new Finding(check, Level.GOOD, summary, List.of());
  }

  static Finding note(String check, String summary, List<String> details) {
    return new Finding(check, Level.NOTE, summary, details);
  }

  static Finding wrong(String check, String summary, List<String> details) {
    return new Finding(check, Level.WRONG, summary, details);
  }

  /** Wrong where there are details, else good. */
  static Finding of(String check, String good, String wrong, List<String> details) {
    return details.isEmpty() ? good(check, good) : wrong(check, wrong, details);
  }

  /** A number with what it counts. */
  static String count(long number, String one, String several) {
    return number + " " + (number == 1 ? one : several);
  }

  /** The first ten. */
  static String shortened(List<?> items) {
    int most = 10;
    List<String> names = items.stream().limit(most).map(String::valueOf).toList();
    String text = String.join(", ", names);
    return items.size() > most ? text + " and " + (items.size() - most) + " more" : text;
  }
}
