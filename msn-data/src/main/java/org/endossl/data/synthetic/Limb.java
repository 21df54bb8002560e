package org.endossl.data.synthetic;

/**
 * A segment with round ends whose radius runs from one end to the other: {@code (ax, ay, ra)} to
 * {@code (bx, by, rb)}.
 */
record Limb(double ax, double ay, double ra, double bx, double by, double rb) {

  /** Position along the segment nearest to the point, 0 to 1. */
  double along(double x, double y) {
    double dx = bx - ax;
    double dy = by - ay;
    double t = ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy + 1e-12);
    return Math.max(0, Math.min(1, t));
  }

  double radius(double t) {
    return ra + t * (rb - ra);
  }

  /** Distance from the surface, negative inside. */
  double distance(double x, double y) {
    double t = along(x, y);
    double dx = x - ax - t * (bx - ax);
    double dy = y - ay - t * (by - ay);
    return Math.sqrt(dx * dx + dy * dy) - radius(t);
  }

  /**
   * Height of the surface over the axis as a share of the radius, 1 in the middle, 0 at the rim.
   */
  double height(double x, double y) {
    double t = along(x, y);
    double dx = x - ax - t * (bx - ax);
    double dy = y - ay - t * (by - ay);
    double r = radius(t);
    return Math.sqrt(Math.max(0, 1 - (dx * dx + dy * dy) / (r * r)));
  }

  /** Signed place across the segment, -1 to 1 within it. */
  double across(double x, double y) {
    double dx = bx - ax;
    double dy = by - ay;
    double length = Math.sqrt(dx * dx + dy * dy) + 1e-9;
    return ((x - ax) * dy - (y - ay) * dx) / length / radius(along(x, y));
  }
}
