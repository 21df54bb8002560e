package org.endossl.data;

/**
 * The order of an epoch: a permutation that depends on the seed and the epoch alone. The generator
 * is spelled out here (SplitMix64, Fisher and Yates), so that no library's next version changes it.
 */
final class EpochOrder {
  private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;

  private EpochOrder() {}

  /** A permutation of 0 to {@code count - 1}. */
  static int[] of(int count, long seed, long epoch) {
    int[] order = new int[count];
    long state = mix(mix(seed) + epoch);
    for (int i = 0; i < count; i++) {
      state += GOLDEN_GAMMA;
      // The high half of a 32 x 32 bit product; its bias is below count / 2^32.
      int j = (int) (((mix(state) >>> 32) * (i + 1)) >>> 32);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }

  /** Two seeds of TensorFlow's, neither 0, which it would replace by the time. */
  static long[] seeds(long seed, long epoch) {
    long state = mix(mix(seed) + epoch);
    return new long[] {mix(state + GOLDEN_GAMMA) | 1, mix(state + 2 * GOLDEN_GAMMA) | 1};
  }

  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
