package org.endossl.model;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Damages files as a hostile hand or a bad disk would, the same for the same seed. */
public final class Mutator {
  private static final long[] NUMBERS = {
    0,
    1,
    -1,
    2,
    7,
    8,
    127,
    128,
    255,
    256,
    32767,
    65535,
    1 << 20,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE,
    0xffffffffL,
    1L << 40,
    Long.MAX_VALUE,
    Long.MIN_VALUE
  };
  private static final List<String> WORDS =
      List.of(
          "-1",
          "0",
          "1",
          "4294967296",
          "9223372036854775807",
          "99999999999999999999",
          "1e9",
          "NaN",
          "\"\"",
          "[]",
          "{}",
          "null",
          "true",
          "../",
          "/etc/passwd",
          "F32",
          "F16",
          "BF16",
          "F64",
          "I64",
          "cos\nsystem\n",
          "\\u0000",
          "]]]]",
          "((((",
          "}}}}");

  private final List<byte[]> seeds;
  private final SplittableRandom random;

  /**
   * Of valid files.
   *
   * @param seeds each at least one byte
   */
  public Mutator(List<byte[]> seeds, long seed) {
    this.seeds = List.copyOf(seeds);
    this.random = new SplittableRandom(seed);
  }

  /** The next damaged file. */
  public byte[] next() {
    byte[] bytes = pick().clone();
    for (int rounds = 1 + random.nextInt(4); rounds > 0; rounds--) {
      bytes = change(bytes);
    }
    return bytes;
  }

  private byte[] pick() {
    return seeds.get(random.nextInt(seeds.size()));
  }

  private byte[] change(byte[] b) {
    if (b.length == 0) {
      return new byte[] {(byte) random.nextInt(256)};
    }
    int at = random.nextInt(b.length);
    int length = Math.min(b.length - at, 1 + random.nextInt(random.nextBoolean() ? 8 : 300));
    switch (random.nextInt(11)) {
      case 0 -> b[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> b[at] = (byte) random.nextInt(256);
      case 2 -> b[at] = (byte) NUMBERS[random.nextInt(NUMBERS.length)];
      case 3 -> number(b, at);
      case 4 -> {
        return splice(b, at, 0, Arrays.copyOfRange(b, at, at + length)); // twice
      }
      case 5 -> {
        return splice(b, at, length, new byte[0]);
      }
      case 6 -> {
        byte[] word = WORDS.get(random.nextInt(WORDS.size())).getBytes(StandardCharsets.UTF_8);
        return splice(b, at, random.nextBoolean() ? 0 : Math.min(word.length, length), word);
      }
      case 7 -> {
        return Arrays.copyOf(b, at);
      }
      case 8 -> { // a part of another file
        byte[] other = pick();
        int from = random.nextInt(other.length);
        int end = Math.min(other.length, from + length);
        return splice(b, at, Math.min(length, end - from), Arrays.copyOfRange(other, from, end));
      }
      case 9 -> { // a part to another place
        int to = random.nextInt(b.length);
        int moved = Math.min(length, b.length - to);
        System.arraycopy(b.clone(), at, b, to, Math.min(moved, b.length - at));
      }
      default -> Arrays.fill(b, at, at + length, (byte) random.nextInt(256));
    }
    return b;
  }

  private void number(byte[] b, int at) {
    long value = NUMBERS[random.nextInt(NUMBERS.length)] + random.nextInt(3) - 1;
    ByteBuffer wide =
        ByteBuffer.allocate(8)
            .order(random.nextBoolean() ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN)
            .putLong(value);
    int width = 1 << random.nextInt(4);
    int from = wide.order() == ByteOrder.BIG_ENDIAN ? 8 - width : 0;
    for (int i = 0; i < width && at + i < b.length; i++) {
      b[at + i] = wide.get(from + i);
    }
  }

  private static byte[] splice(byte[] b, int at, int removed, byte[] put) {
    byte[] made = new byte[b.length - removed + put.length];
    System.arraycopy(b, 0, made, 0, at);
    System.arraycopy(put, 0, made, at, put.length);
    System.arraycopy(b, at + removed, made, at + put.length, b.length - at - removed);
    return made;
  }
}
