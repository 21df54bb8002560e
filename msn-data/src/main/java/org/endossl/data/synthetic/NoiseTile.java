package org.endossl.data.synthetic;

import java.util.random.RandomGenerator;

/** Periodic texture, looked up bilinearly. Values have mean 0 and lie in about -1 to 1. */
final class NoiseTile {
  /** World units after which it repeats. */
  static final double PERIOD = 2.0;

  private static final int TEXELS = 256;

  private final float[] values;
  private final int texels;
  private final double scale;

  private NoiseTile(float[] values, int texels) {
    this.values = values;
    this.texels = texels;
    this.scale = texels / PERIOD;
  }

  /** Octaves of Perlin noise, each of double frequency and {@code gain} times the amplitude. */
  static NoiseTile octaves(RandomGenerator random, int cells, int octaves, double gain) {
    float[] values = new float[TEXELS * TEXELS];
    double amplitude = 1;
    for (int octave = 0; octave < octaves; octave++) {
      addPerlin(values, random, cells << octave, amplitude);
      amplitude *= gain;
    }
    return new NoiseTile(values, TEXELS).scaledToUnit();
  }

  /** Thin lines where noise changes its sign, as of vessels: 1 on the line, 0 away from it. */
  static NoiseTile lines(RandomGenerator random, int cells, double width) {
    NoiseTile noise = octaves(random, cells, 3, 0.45);
    for (int i = 0; i < noise.values.length; i++) {
      float distance = Math.abs(noise.values[i]) / (float) width;
      noise.values[i] = Math.max(0, 1 - distance);
    }
    return noise;
  }

  /** The tile without detail finer than a pixel of {@code units} world units. */
  NoiseTile atResolution(double units) {
    NoiseTile tile = this;
    while (tile.texels > 8 && PERIOD / tile.texels < 0.7 * units) {
      tile = tile.halved();
    }
    return tile;
  }

  double at(double u, double v) {
    double x = u * scale;
    double y = v * scale;
    double fx = Math.floor(x);
    double fy = Math.floor(y);
    int mask = texels - 1;
    int x0 = (int) fx & mask;
    int y0 = ((int) fy & mask) * texels;
    int x1 = (x0 + 1) & mask;
    int y1 = (((int) fy + 1) & mask) * texels;
    double a = x - fx;
    double b = y - fy;
    double top = values[y0 + x0] + a * (values[y0 + x1] - values[y0 + x0]);
    double bottom = values[y1 + x0] + a * (values[y1 + x1] - values[y1 + x0]);
    return top + b * (bottom - top);
  }

  private NoiseTile halved() {
    int n = texels / 2;
    float[] half = new float[n * n];
    for (int y = 0; y < n; y++) {
      for (int x = 0; x < n; x++) {
        int i = 2 * y * texels + 2 * x;
        half[y * n + x] =
            0.25f * (values[i] + values[i + 1] + values[i + texels] + values[i + texels + 1]);
      }
    }
    return new NoiseTile(half, n);
  }

  private NoiseTile scaledToUnit() {
    double sum = 0;
    double squares = 0;
    for (float value : values) {
      sum += value;
      squares += (double) value * value;
    }
    double mean = sum / values.length;
    double spread = 2.5 * Math.sqrt(squares / values.length - mean * mean);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) ((values[i] - mean) / spread);
    }
    return this;
  }

  private static void addPerlin(
      float[] values, RandomGenerator random, int cells, double amplitude) {
    double[] gx = new double[cells * cells];
    double[] gy = new double[cells * cells];
    for (int i = 0; i < gx.length; i++) {
      double angle = random.nextDouble(2 * Math.PI);
      gx[i] = StrictMath.cos(angle);
      gy[i] = StrictMath.sin(angle);
    }
    for (int y = 0; y < TEXELS; y++) {
      for (int x = 0; x < TEXELS; x++) {
        double px = (x + 0.5) * cells / TEXELS;
        double py = (y + 0.5) * cells / TEXELS;
        int cx = (int) px;
        int cy = (int) py;
        double fx = px - cx;
        double fy = py - cy;
        int x1 = (cx + 1) % cells;
        int y0 = cy * cells;
        int y1 = (cy + 1) % cells * cells;
        double a = gx[y0 + cx] * fx + gy[y0 + cx] * fy;
        double b = gx[y0 + x1] * (fx - 1) + gy[y0 + x1] * fy;
        double c = gx[y1 + cx] * fx + gy[y1 + cx] * (fy - 1);
        double d = gx[y1 + x1] * (fx - 1) + gy[y1 + x1] * (fy - 1);
        double sx = fade(fx);
        double top = a + sx * (b - a);
        double bottom = c + sx * (d - c);
        values[y * TEXELS + x] += (float) (amplitude * (top + fade(fy) * (bottom - top)));
      }
    }
  }

  private static double fade(double t) {
    return t * t * t * (t * (6 * t - 15) + 10);
  }
}
