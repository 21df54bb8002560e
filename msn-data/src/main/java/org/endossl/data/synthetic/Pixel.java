package org.endossl.data.synthetic;

/**
 * The point that is being painted: where it is, and its colour so far. One per rendering thread.
 */
final class Pixel {
  /** In the view: half the frame's height is 1, the middle is (0, 0), y points down. */
  double x;

  double y;

  /** View units per pixel. */
  double size;

  /** On the tissue, after the camera's motion. */
  double u;

  double v;

  /** World units per pixel. */
  double grain;

  /** How strongly the endoscope's light falls here, 0 to 1. */
  double light;

  double r;
  double g;
  double b;

  /** Index of the instrument that covers the point, -1 for none. */
  int tool;

  /** Paints over what is there. */
  void over(double alpha, Rgb color, double shade) {
    if (alpha > 0) {
      r += alpha * (shade * color.r() - r);
      g += alpha * (shade * color.g() - g);
      b += alpha * (shade * color.b() - b);
    }
  }

  void darken(double factor) {
    r *= factor;
    g *= factor;
    b *= factor;
  }

  void add(double white) {
    r += white;
    g += white;
    b += white;
  }

  /** Share of a pixel inside a shape at the given distance (negative inside). */
  static double coverage(double distance, double pixel) {
    return Math.max(0, Math.min(1, 0.5 - distance / pixel));
  }

  static double smooth(double from, double to, double value) {
    double t = Math.max(0, Math.min(1, (value - from) / (to - from)));
    return t * t * (3 - 2 * t);
  }
}
