package org.endossl.eval.metrics;

import java.util.HashMap;
import java.util.Map;

/** A set of frame numbers: bits in pages, so that dense videos cost one bit a frame. */
final class FrameSet {
  private static final int PAGE_BITS = 12;
  private static final int PAGE_MASK = (1 << PAGE_BITS) - 1;

  private final Map<Long, long[]> pages = new HashMap<>();
  private long lastPage = -1;
  private long[] last = new long[0];
  private long size;

  /** Adds a number, {@code >= 0}; false if it is there already. */
  boolean add(long frame) {
    long page = frame >>> PAGE_BITS;
    if (page != lastPage) {
      last = pages.computeIfAbsent(page, p -> new long[(1 << PAGE_BITS) / Long.SIZE]);
      lastPage = page;
    }
    int bit = (int) (frame & PAGE_MASK);
    long mask = 1L << bit;
    boolean fresh = (last[bit / Long.SIZE] & mask) == 0;
    last[bit / Long.SIZE] |= mask;
    size += fresh ? 1 : 0;
    return fresh;
  }

  /** How many there are. */
  long size() {
    return size;
  }

  /** The smallest number that is here and not in the other; -1 if there is none. */
  long firstNotIn(FrameSet other) {
    long first = -1;
    for (Map.Entry<Long, long[]> page : pages.entrySet()) {
      long[] mine = page.getValue();
      long[] theirs = other.pages.getOrDefault(page.getKey(), new long[mine.length]);
      for (int i = 0; i < mine.length; i++) {
        long only = mine[i] & ~theirs[i];
        if (only != 0) {
          long frame =
              (page.getKey() << PAGE_BITS)
                  + (long) i * Long.SIZE
                  + Long.numberOfTrailingZeros(only);
          first = first < 0 ? frame : Math.min(first, frame);
          break;
        }
      }
    }
    return first;
  }
}
