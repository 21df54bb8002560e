package org.endossl.eval.metrics;

import org.jspecify.annotations.Nullable;

/**
 * How the frames of a video are numbered. Frames are taken to be missing where nearly all steps are
 * equal ({@value #REGULAR_PERCENT} of 100) and one is another; numbers without such a step only
 * order the frames.
 *
 * @param first the first number
 * @param last the last number
 * @param frames how many there are
 * @param step the step of nearly all; 0 if there is none
 * @param gapAt the number after which the first odd step comes; -1 if there is none
 * @param gapTo the number that follows it; -1 if there is none
 */
public record FrameSteps(long first, long last, long frames, long step, long gapAt, long gapTo) {
  /** Percent of the steps that must be equal for another step to be a gap. */
  public static final int REGULAR_PERCENT = 85;

  /** Of ascending numbers. */
  static FrameSteps of(long[] frames) {
    int n = frames.length;
    if (n == 0) {
      return new FrameSteps(0, 0, 0, 0, -1, -1);
    }
    // A majority's candidate, then its count.
    long candidate = 0;
    int votes = 0;
    for (int i = 1; i < n; i++) {
      long step = frames[i] - frames[i - 1];
      if (votes == 0) {
        candidate = step;
      }
      votes += step == candidate ? 1 : -1;
    }
    int equal = 0;
    int odd = -1;
    for (int i = 1; i < n; i++) {
      if (frames[i] - frames[i - 1] == candidate) {
        equal++;
      } else if (odd < 0) {
        odd = i;
      }
    }
    boolean regular = n > 1 && 100L * equal >= (long) REGULAR_PERCENT * (n - 1);
    boolean gap = regular && odd >= 0;
    return new FrameSteps(
        frames[0],
        frames[n - 1],
        n,
        regular ? candidate : 0,
        gap ? frames[odd - 1] : -1,
        gap ? frames[odd] : -1);
  }

  /** Whether the numbers say which frame follows which. */
  public boolean regular() {
    return step > 0 || frames == 1;
  }

  /** What is missing, in words; null if nothing is. */
  public @Nullable String gap() {
    if (gapAt < 0) {
      return null;
    }
    return gapTo - gapAt > step
        ? "frame " + (gapAt + step) + " is missing (frames are numbered in steps of " + step + ")"
        : "frame " + gapTo + " follows " + gapAt + " where all others are " + step + " apart";
  }
}
