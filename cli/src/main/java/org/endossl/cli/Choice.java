package org.endossl.cli;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Option values that name a constant, in lower case with hyphens. */
final class Choice {
  private Choice() {}

  /**
   * The constant of a name.
   *
   * @throws UsageException if there is none; lists them
   */
  static <E extends Enum<E>> E of(Class<E> type, String option, String value) {
    for (E constant : type.getEnumConstants()) {
      if (name(constant).equals(value)) {
        return constant;
      }
    }
    throw new UsageException(
        option
            + " "
            + value
            + ": wanted "
            + Arrays.stream(type.getEnumConstants())
                .map(Choice::name)
                .collect(Collectors.joining(", ")));
  }

  private static String name(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
