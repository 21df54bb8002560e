package org.endossl.data.synthetic;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Paints scenes of one size. */
final class Renderer {
  /** Share of the view that an instrument covers at least to count as seen. */
  private static final double SEEN = 0.002;

  private final int width;
  private final int height;
  private final double size;
  private final double radius;

  Renderer(int width, int height) {
    this.width = width;
    this.height = height;
    this.size = 2.0 / height;
    this.radius = viewRadius(width, height);
  }

  /** Radius of the round view in units of half the frame's height. */
  static double viewRadius(int width, int height) {
    return 0.89 * Math.max(1, (double) width / height);
  }

  Frame paint(Scene scene, Look look, Tone tone, Phase phase, double time, long noiseSeed) {
    float[] rgb = new float[3 * width * height];
    boolean[] inside = new boolean[width * height];
    int[] covered = new int[ToolKind.values().length];
    int view = 0;
    Pixel p = new Pixel();
    p.size = size;
    p.grain = size * scene.camera().zoom();
    for (int i = 0; i < inside.length; i++) {
      place(p, scene.camera(), look, i);
      inside[i] = p.x * p.x + p.y * p.y < radius * radius;
      if (!inside[i]) {
        continue;
      }
      for (Layer layer : scene.layers()) {
        layer.paint(p);
      }
      view++;
      if (p.tool >= 0) {
        covered[p.tool]++;
      }
      double lit = 0.25 + 0.75 * p.light;
      rgb[3 * i] = (float) Math.max(0, p.r * lit);
      rgb[3 * i + 1] = (float) Math.max(0, p.g * lit);
      rgb[3 * i + 2] = (float) Math.max(0, p.b * lit);
    }
    tone.apply(rgb, inside, time);
    List<Integer> instruments = new ArrayList<>();
    for (int pixels : covered) {
      instruments.add(pixels >= SEEN * view ? 1 : 0);
    }
    return new Frame(
        width,
        height,
        encode(rgb, new SplittableRandom(noiseSeed)),
        List.copyOf(instruments),
        phase);
  }

  private void place(Pixel p, Scene.Camera camera, Look look, int i) {
    p.x = (i % width + 0.5 - 0.5 * width) * size;
    int row = i / width;
    p.y = (row + 0.5 - 0.5 * height) * size;
    p.u = camera.worldU(p.x, p.y);
    p.v = camera.worldV(p.x, p.y);
    double dx = (p.x - look.lightX) / radius;
    double dy = (p.y - look.lightY) / radius;
    p.light = Math.max(0, 1 - look.falloff * 1.6 * (dx * dx + dy * dy));
    p.r = 0;
    p.g = 0;
    p.b = 0;
    p.tool = -1;
  }

  /** Softens the rim, adds the sensor's noise, and rounds. */
  private int[] encode(float[] rgb, SplittableRandom random) {
    int[] pixels = new int[width * height];
    for (int i = 0; i < pixels.length; i++) {
      double x = (i % width + 0.5 - 0.5 * width) * size;
      int row = i / width;
      double y = (row + 0.5 - 0.5 * height) * size;
      double rim = Pixel.smooth(radius, radius - 0.05, Math.sqrt(x * x + y * y));
      int pixel = 0;
      for (int c = 0; c < 3; c++) {
        double noise = random.nextDouble(-1, 1);
        double value = 255 * rgb[3 * i + c] * rim + 4 + 2 * noise;
        pixel = pixel << 8 | (int) Math.max(0, Math.min(255, value));
      }
      pixels[i] = pixel;
    }
    return pixels;
  }
}
