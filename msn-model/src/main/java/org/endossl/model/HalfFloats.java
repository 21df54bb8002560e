package org.endossl.model;

import java.nio.FloatBuffer;
import java.nio.ShortBuffer;

/** 16-bit floats widened to float32, exactly. */
public final class HalfFloats {
  private HalfFloats() {}

  public static FloatBuffer fromBf16(ShortBuffer halves) {
    float[] values = new float[halves.remaining()];
    for (int i = 0; i < values.length; i++) {
      values[i] = Float.intBitsToFloat(halves.get(i) << 16);
    }
    return FloatBuffer.wrap(values);
  }

  public static FloatBuffer fromF16(ShortBuffer halves) {
    float[] values = new float[halves.remaining()];
    for (int i = 0; i < values.length; i++) {
      values[i] = fromF16(halves.get(i));
    }
    return FloatBuffer.wrap(values);
  }

  static float fromF16(short half) {
    int sign = (half & 0x8000) << 16;
    int exponent = (half >> 10) & 0x1f;
    int fraction = half & 0x3ff;
    if (exponent == 0) { // zero or subnormal: fraction * 2^-24
      float magnitude = fraction * 0x1p-24f;
      return sign == 0 ? magnitude : -magnitude;
    }
    int widened = exponent == 31 ? 0xff : exponent + 112; // infinity and NaN stay
    return Float.intBitsToFloat(sign | widened << 23 | fraction << 13);
  }
}
